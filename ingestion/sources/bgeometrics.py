"""BGeometrics: the newest daily ratio of market to realised value, as a check on other sources of it."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import gate, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.row_times import day_columns, not_a_day
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://bitcoin-data.com/v1/mvrv/last"

_is_value = gate(lambda body: "mvrv" in body, lambda body: body)


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """Always the one question: older days are sold, not given."""
    return [get_json(dataset, None, URL, gate=_is_value)]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """One day. It is printed twice, as a date and in seconds, and the two must agree."""
    frame = records_frame([read_json(capture)], {"d": "day", "unixTs": "time", "mvrv": "mvrv_ratio"})
    start = to_timestamp("time", ("s",))
    printed = pl.col("day").str.to_date("%Y-%m-%d", strict=False)
    return frame.select(
        *day_columns(start),
        "mvrv_ratio",
        pl.coalesce(
            not_a_day(start),
            pl.when(printed.is_null() | (printed != start.dt.date())).then(pl.lit("date and seconds name two days")),
        ).alias("_reject"),
    )


FEEDS = {"mvrv": Feed(requests, parse)}
