"""FRED's API (free key): every vintage of a value that ALFRED keeps, with the day it was published."""

from __future__ import annotations

from datetime import time, timedelta

import polars as pl

from ingestion.bodies import gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.local_time import utc_at
from ingestion.questions import get_json, parameters
from ingestion.request import Request
from ingestion.row_times import reason_for_date
from ingestion.sources import Feed
from ingestion.sources.fred import DAILY, RELEASED_WEEKLY, STANDS_AT
from ingestion.windows import Window

URL = "https://api.stlouisfed.org/fred/series/observations"
SERIES = (*DAILY, *RELEASED_WEEKLY)
# A Monday's value of a weekly release comes seven days later, more around holidays.
RELEASED_WITHIN = timedelta(days=14)
_FIELDS = {"realtime_start": "vintage", "date": "day", "value": "value"}
_is_answer = gate(lambda body: isinstance(body["observations"], list), lambda body: body["error_message"])


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """Every vintage since the first day asked for, which is before any value about these days was published.

    A week's values are released together in the next one, when the days of a daily run are no longer about them.
    """
    pieces = list(window.reaching_back(RELEASED_WITHIN).pieces(dataset.partition))
    return [
        get_json(
            dataset,
            piece,
            (
                f"{URL}?series_id={name}&file_type=json&realtime_start={piece.first}&realtime_end=9999-12-31"
                f"&observation_start={piece.first}&observation_end={piece.last}"
            ),
            gate=_is_answer,
            series=name,
        )
        for name in SERIES
        for piece in pieces
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Values of one series, one row per day and vintage; a dot is no value and no row.

    Of a vintage only the day is known, in St. Louis: it counts as published when that day ends.
    """
    body = read_json(capture)
    frame = records_frame(reach(body, "observations"), _FIELDS)
    count = reach(body, "count")
    if not isinstance(count, int) or count > frame.height:
        raise UnreadableBody(f"{frame.height} of {count!r} observations: the answer has more pages")
    frame = frame.with_columns(
        pl.col("day").str.to_date("%Y-%m-%d", strict=False).alias("observed_date"),
        pl.col("vintage").str.to_date("%Y-%m-%d", strict=False).alias("vintage_date"),
    ).filter(pl.col("value").is_null() | (pl.col("value") != "."))
    day, vintage = pl.col("observed_date"), pl.col("vintage_date")
    return frame.select(
        pl.lit(parameters(capture.url)["series_id"]).alias("series"),
        day,
        vintage,
        utc_at(day, STANDS_AT).alias("observed_at"),
        "value",
        utc_at(vintage + timedelta(days=1), time(0), "America/Chicago").alias("published_at"),
        reason_for_date(day, capture).alias("_reject"),
    )


FEEDS = {"observations": Feed(requests, parse)}
