"""Scales that sources print and this project does not use, and the text that no scale can be applied to."""

from __future__ import annotations

import polars as pl

SATS_PER_COIN = 100_000_000
TERAHASHES_PER_EXAHASH = 1_000_000
HASHES_PER_EXAHASH = 1e18


def scaled(column: str, divisor: float) -> pl.Expr:
    """Text of a number over `divisor`, under its own name."""
    return pl.col(column).cast(pl.Float64, strict=False) / divisor


def from_percent(column: str) -> pl.Expr:
    """Percent as printed -> fraction."""
    return scaled(column, 100)


def not_a_number(columns: list[str]) -> pl.Expr:
    """A reason for text that a scale would turn into a silent NULL."""
    bad = pl.any_horizontal(
        pl.col(c).is_not_null() & pl.col(c).cast(pl.Float64, strict=False).is_null() for c in columns
    )
    return pl.when(bad).then(pl.lit(f"not a number among {', '.join(columns)}"))
