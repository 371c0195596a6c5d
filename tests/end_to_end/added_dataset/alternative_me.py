"""Alternative.me: one index number a day, the whole history in one answer, newest first."""

from __future__ import annotations

import orjson
import polars as pl

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.windows import Window


def requests(dataset: Dataset, window: Window) -> list[Request]:
    url = f"https://{dataset.host}/fng/?limit=0"
    return [Request(source=dataset.source, dataset=dataset.name, url=url, kind="json")]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    frame = pl.DataFrame(orjson.loads(capture.body)["data"])
    day = pl.from_epoch(pl.col("timestamp").cast(pl.Int64), time_unit="s").dt.date()
    return frame.select(day.alias("observed_date"), pl.col("value").alias("mood_index"))


FEEDS = {"fear_and_greed": Feed(requests, parse)}
