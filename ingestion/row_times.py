"""When the rows of an answer are about: their period, their UTC day, and why a row's time puts it aside.

How a time is printed is for epoch.py and local_time.py.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from ingestion.capture import Capture
from ingestion.windows import PARTITION_FORMATS, PartitionKind, partition_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
OUTSIDE = "outside the days asked for"


def reason_for_time(time: str | pl.Expr, capture: Capture | None = None, outside: str = OUTSIDE) -> pl.Expr:
    """A reason for rows without a readable time and, given the capture, for those of days it does not cover."""
    return _reason(time, capture, "time is unreadable or in another unit", outside)


def reason_for_date(day: str | pl.Expr, capture: Capture | None = None, what: str = "date") -> pl.Expr:
    """The same for dates; `what` is the word for them."""
    return _reason(day, capture, f"{what} is unreadable", OUTSIDE)


def _reason(time: str | pl.Expr, capture: Capture | None, unreadable: str, outside: str) -> pl.Expr:
    day = (pl.col(time) if isinstance(time, str) else time).cast(pl.Date)
    reason = pl.when(day.is_null()).then(pl.lit(unreadable))
    if capture is None or capture.covers_from is None or capture.covers_to is None:
        return reason
    return reason.when(~day.is_between(capture.covers_from, capture.covers_to)).then(pl.lit(outside))


def outside_partition(time: pl.Expr, capture: Capture, kind: PartitionKind) -> pl.Expr:
    """A reason for rows of another partition, for hosts that answer whole months or years whatever days are wanted."""
    if capture.covers_from is None:
        return pl.lit(None, dtype=pl.String)
    asked = partition_of(capture.covers_from, kind)
    return pl.when(time.dt.strftime(PARTITION_FORMATS[kind]) != asked).then(pl.lit(OUTSIDE))


def place(
    frame: pl.DataFrame, column: str, capture: Capture, *, before: timedelta = timedelta(0), drop_after: bool = False
) -> pl.DataFrame:
    """The frame with `_reject` for times that are unreadable or not of the days asked for.

    before: how far ahead of its first day a question reaches on purpose; such rows are dropped without a word.
    drop_after: the host takes a number of rows instead of an end, so rows past the last day are dropped as well.
    """
    time = pl.col(column)
    if capture.covers_from and capture.covers_to:
        first, end = _midnight(capture.covers_from), _midnight(capture.covers_to + DAY)
        is_context = (time >= first - before) & (time < first)
        is_beyond = pl.lit(drop_after) & (time >= end)
        frame = frame.filter(~(is_context | is_beyond).fill_null(False))
    return frame.with_columns(reason_for_time(column, capture).alias("_reject"))


def period_columns(start: pl.Expr, length: timedelta) -> list[pl.Expr]:
    """period_start_at and period_end_at, the end not included."""
    return [start.alias("period_start_at"), (start + length).alias("period_end_at")]


def day_columns(start: pl.Expr) -> list[pl.Expr]:
    """observed_date, period_start_at and period_end_at of the UTC day that begins at `start`."""
    return [start.dt.date().alias("observed_date"), *period_columns(start, DAY)]


def not_a_day(start: pl.Expr) -> pl.Expr:
    """A reason for rows without a readable time, or with one that is not a midnight."""
    is_midnight = start == start.dt.truncate("1d")
    return pl.coalesce(
        reason_for_time(start), pl.when(~is_midnight).then(pl.lit("a day's figure is not stamped at midnight"))
    )


def was_asked(start: pl.Expr, capture: Capture) -> pl.Expr:
    """False for the neighbours that a host repeats at the borders of what it was asked for."""
    return start.is_null() | start.dt.date().is_between(pl.lit(capture.covers_from), pl.lit(capture.covers_to))


def received(capture: Capture) -> pl.Expr:
    """When a state was received, for answers that do not say of which moment they are."""
    return pl.lit(capture.received_at, dtype=pl.Datetime("us"))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)
