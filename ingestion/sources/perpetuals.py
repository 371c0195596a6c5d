"""What the connectors of derivatives venues share: questions about days, rows cut to them, payments' intervals.

No provider lives here; there are no FEEDS.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import polars as pl

from ingestion.bodies import reach
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.request import Request
from ingestion.windows import Window

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# No venue here pays more rarely than every eight hours: a longer gap is a payment that is missing.
LONGEST_INTERVAL_HOURS = 8.0
UNREADABLE_TIME = "time is unreadable or in another unit"
OUTSIDE = "outside the days asked for"


def epoch_ms(day: date) -> int:
    """Midnight UTC in milliseconds.

    >>> epoch_ms(date(2026, 2, 5))
    1770249600000
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def last_ms(day: date) -> int:
    """The last millisecond of a UTC day, for hosts whose ends are inclusive."""
    return epoch_ms(day + DAY) - 1


def question(
    dataset: Dataset,
    piece: Window | None,
    url: str,
    params: Mapping[str, str | int],
    *,
    series: str | None = None,
    gate: Callable[[Any], None] | None = None,
    weight: int = 1,
) -> Request:
    """One GET for JSON about the days of `piece`; None where the answer has no range of days."""
    return Request(
        source=dataset.source,
        dataset=dataset.name,
        url=f"{url}?{urlencode(params)}" if params else url,
        kind="json",
        covers_from=piece.first if piece else None,
        covers_to=piece.last if piece else None,
        gate=gate,
        series=series,
        weight=weight,
    )


def asked(capture: Capture, name: str) -> str:
    """A parameter of the question, for answers that do not repeat what they are about.

    Nothing but our own requests writes these URLs, so a missing parameter is a mistake in the code.
    """
    return parse_qs(urlsplit(capture.url).query)[name][0]


def listed(body: Any, *path: str | int) -> list[Any]:
    """The list at a path of a parsed body."""
    found = reach(body, *path)
    if not isinstance(found, list):
        raise UnreadableBody(f"expected a list at {'.'.join(map(str, path)) or 'the top'}, got {type(found).__name__}")
    return found


def objects(body: Any, *path: str | int) -> list[dict[str, Any]]:
    """The list of objects at a path of a parsed body."""
    found = listed(body, *path)
    strange = sorted({type(item).__name__ for item in found if not isinstance(item, dict)})
    if strange:
        raise UnreadableBody(f"expected objects at {'.'.join(map(str, path)) or 'the top'}, got {', '.join(strange)}")
    return found


def place(
    frame: pl.DataFrame, column: str, capture: Capture, *, before: timedelta = timedelta(0), drop_after: bool = False
) -> pl.DataFrame:
    """The frame with `_reject` for times that are unreadable or not of the days asked for.

    before: how far ahead of its first day a question reaches on purpose; such rows are dropped without a word.
    drop_after: the host takes a number of rows instead of an end, so rows past the last day are dropped as well.
    """
    time = pl.col(column)
    reject = pl.when(time.is_null()).then(pl.lit(UNREADABLE_TIME))
    if capture.covers_from is None or capture.covers_to is None:
        return frame.with_columns(reject.alias("_reject"))
    first, end = _midnight(capture.covers_from), _midnight(capture.covers_to + DAY)
    is_context = (time >= first - before) & (time < first)
    is_beyond = pl.lit(drop_after) & (time >= end)
    outside = (time < first) | (time >= end)
    return frame.filter(~(is_context | is_beyond).fill_null(False)).with_columns(
        reject.when(outside).then(pl.lit(OUTSIDE)).alias("_reject")
    )


def with_interval_hours(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds interval_hours: the time since the payment before, which no history endpoint here tells.

    Null for the oldest payment of an answer and after a gap; questions reach a day back so that every
    payment of the days asked for has its predecessor in the answer.
    """
    paid = frame.select("symbol", "funding_at").drop_nulls().unique().sort("symbol", "funding_at")
    hours = (pl.col("funding_at") - pl.col("funding_at").shift(1).over("symbol")).dt.total_minutes() / 60
    gaps = paid.with_columns(pl.when(hours <= LONGEST_INTERVAL_HOURS).then(hours).alias("interval_hours"))
    return frame.join(gaps, on=["symbol", "funding_at"], how="left", maintain_order="left")


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
