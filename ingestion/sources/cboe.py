"""Cboe: the VIX by session since 1990, all of it in one CSV."""

from __future__ import annotations

from datetime import time

import polars as pl

from ingestion.bodies import csv_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.local_time import utc_at
from ingestion.request import Request
from ingestion.row_times import reason_for_date
from ingestion.sources import Feed
from ingestion.text_tables import last_line_reason
from ingestion.windows import Window

URL = "https://cdn.cboe.com/api/global/us_indices/daily_prices/VIX_History.csv"
CLOSES = time(16, 15)
_COLUMNS = {"DATE": "day"} | {name.upper(): f"{name}_points" for name in ("open", "high", "low", "close")}


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [Request(source=dataset.source, dataset=dataset.name, url=URL, kind="text")]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Index points of each session; dates are MM/DD/YYYY."""
    frame = csv_frame(capture.body, _COLUMNS, "Cboe's VIX history")
    day = pl.col("day").str.to_date("%m/%d/%Y", strict=False)
    return frame.select(
        day.alias("observed_date"),
        utc_at(day, CLOSES).alias("observed_at"),
        *list(_COLUMNS.values())[1:],
        pl.coalesce(last_line_reason(capture), reason_for_date(day)).alias("_reject"),
    )


FEEDS = {"vix_daily": Feed(requests, parse)}
