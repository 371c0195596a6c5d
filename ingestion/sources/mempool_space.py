"""mempool.space: facts of the chain. Difficulty retargets come whole, newest first, as bare rows."""

from __future__ import annotations

from typing import Any

import orjson
import polars as pl

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://mempool.space/api/v1/mining/difficulty-adjustments/all"
_COLUMNS = ["time", "height", "difficulty", "adjustment_ratio"]


def _is_rows(body: Any) -> None:
    if not isinstance(body, list) or not body:
        raise BodyRejected(f"{URL}: expected rows, got {type(body).__name__}")


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [Request(source=dataset.source, dataset=dataset.name, url=URL, kind="json", gate=_is_rows)]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Retargets of one answer: [time s, height, difficulty, adjustment as a ratio]."""
    try:
        rows = orjson.loads(capture.body)
        texts = [[None if cell is None else str(cell) for cell in row] for row in rows]
    except (orjson.JSONDecodeError, TypeError) as error:
        raise UnreadableBody(f"{URL}: {error}") from error
    if any(len(row) != len(_COLUMNS) for row in texts):
        widths = sorted({len(row) for row in texts})
        raise UnreadableBody(f"{URL}: rows of {widths} cells, expected {len(_COLUMNS)}")
    frame = pl.DataFrame(texts, schema=dict.fromkeys(_COLUMNS, pl.String), orient="row")
    moment = to_timestamp("time", ("s",))
    return frame.select(
        "height",
        moment.alias("observed_at"),
        "difficulty",
        "adjustment_ratio",
        pl.when(moment.is_null()).then(pl.lit("time is unreadable or in another unit")).alias("_reject"),
    )


FEEDS = {"difficulty_adjustments": Feed(requests, parse)}
