"""FRED's keyless CSV: one series and year a question. Series of other owners are in fred_third_party."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import time

import polars as pl

from ingestion.bodies import csv_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.local_time import utc_at
from ingestion.questions import parameters
from ingestion.request import Request
from ingestion.row_times import reason_for_date
from ingestion.sources import Feed
from ingestion.text_tables import last_line_reason
from ingestion.windows import Window

URL = "https://fred.stlouisfed.org/graph/fredgraph.csv"
DAILY = ("DGS2", "DGS10", "DGS30", "DFII10", "T10Y2Y", "SOFR", "DFF", "RRPONTSYD", "WALCL")
# Daily values that are all released on the Monday after their week.
RELEASED_WEEKLY = ("DTWEXBGS",)
# The close of New York; a series of rates or balances stands for its day, and by then that day's business is done.
STANDS_AT = time(16)
_NO_VALUE = ("", ".")


def series_requests(series: Sequence[str]) -> Callable[[Dataset, Window], list[Request]]:
    """Questions about these series, each about one of them and inside one year.

    Friday's yields come out on Monday evening, when the three days of a daily run no longer hold Friday.
    """

    def requests(dataset: Dataset, window: Window) -> list[Request]:
        pieces = list(window.reaching_back(dataset.max_lag).pieces(dataset.partition))
        return [
            Request(
                source=dataset.source,
                dataset=dataset.name,
                url=f"{URL}?id={name}&cosd={piece.first}&coed={piece.last}",
                kind="text",
                covers_from=piece.first,
                covers_to=piece.last,
                series=name,
            )
            for name in series
            for piece in pieces
        ]

    return requests


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Values of one series in its own unit. A day with an empty cell or a dot had no value and is no row."""
    series = parameters(capture.url)["id"]
    frame = csv_frame(capture.body, {"observation_date": "day", series: "value"}, f"FRED's {series}")
    frame = frame.with_columns(
        last_line_reason(capture).alias("cut"),
        pl.col("day").str.to_date("%Y-%m-%d", strict=False).alias("observed_date"),
    ).filter(pl.col("value").is_not_null() & ~pl.col("value").is_in(_NO_VALUE))
    day = pl.col("observed_date")
    return frame.select(
        pl.lit(series).alias("series"),
        day,
        utc_at(day, STANDS_AT).alias("observed_at"),
        "value",
        pl.coalesce("cut", reason_for_date(day, capture)).alias("_reject"),
    )


FEEDS = {
    "series_daily": Feed(series_requests(DAILY), parse),
    "series_weekly": Feed(series_requests(RELEASED_WEEKLY), parse),
}
