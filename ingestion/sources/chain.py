"""What the connectors of chain data share: whole UTC days, and scales that the project does not use.

Not a source. A day's figure stands on [midnight, next midnight), whichever end its source prints.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from ingestion.capture import Capture

SATS_PER_COIN = 100_000_000
TERAHASHES_PER_EXAHASH = 1_000_000
HASHES_PER_EXAHASH = 1e18
DAY = timedelta(days=1)


def day_columns(start: pl.Expr) -> list[pl.Expr]:
    """observed_date, period_start_at and period_end_at of the day that begins at `start`."""
    return [
        start.dt.date().alias("observed_date"),
        start.alias("period_start_at"),
        (start + DAY).alias("period_end_at"),
    ]


def not_a_day(start: pl.Expr) -> pl.Expr:
    """A reason for rows without a readable time, or with one that is not a midnight."""
    return (
        pl.when(start.is_null())
        .then(pl.lit("time is unreadable or in another unit"))
        .when(start != start.dt.truncate("1d"))
        .then(pl.lit("a day's figure is not stamped at midnight"))
    )


def was_asked(start: pl.Expr, capture: Capture) -> pl.Expr:
    """False for the neighbours that a host repeats at the borders of what it was asked for."""
    return start.is_null() | start.dt.date().is_between(pl.lit(capture.covers_from), pl.lit(capture.covers_to))


def scaled(column: str, divisor: float) -> pl.Expr:
    """Text of a number over `divisor`, under its own name."""
    return pl.col(column).cast(pl.Float64, strict=False) / divisor


def not_a_number(columns: list[str]) -> pl.Expr:
    """A reason for text that a scale would turn into a silent NULL."""
    bad = pl.any_horizontal(
        pl.col(c).is_not_null() & pl.col(c).cast(pl.Float64, strict=False).is_null() for c in columns
    )
    return pl.when(bad).then(pl.lit(f"not a number among {', '.join(columns)}"))


def moment(capture: Capture) -> pl.Expr:
    """When a state was received, for answers that do not say of which moment they are."""
    return pl.lit(capture.received_at, dtype=pl.Datetime("us"))
