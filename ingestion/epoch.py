"""Times printed as integers: the unit is read from the digits and must be one that the source may use."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Literal

import polars as pl

Unit = Literal["s", "ms", "us", "ns"]
_DIGITS: dict[int, Unit] = {10: "s", 13: "ms", 16: "us", 19: "ns"}
_TO_MICROSECONDS: dict[Unit, pl.Expr] = {
    "s": pl.lit(1_000_000),
    "ms": pl.lit(1_000),
    "us": pl.lit(1),
}
GENESIS = datetime(2009, 1, 3)


def unit_of(text: str) -> Unit | None:
    """The unit whose digit count this is, for any moment between 2001 and 2286.

    >>> unit_of("1770249600000000"), unit_of("1770249600"), unit_of("12")
    ('us', 's', None)
    """
    return _DIGITS.get(len(text)) if text.isdigit() else None


@cache
def to_timestamp(column: str, allowed: tuple[Unit, ...]) -> pl.Expr:
    """Text of an integer epoch -> naive UTC microseconds; null where the unit is not one of `allowed`.

    The unit is decided for every value on its own: one file may mix them after a vendor's switch.
    """
    text = pl.col(column)
    digits = text.str.len_chars()
    number = text.cast(pl.Int64, strict=False)
    micros = pl.lit(None, dtype=pl.Int64)
    for count, unit in _DIGITS.items():
        if unit in allowed:
            value = number // 1000 if unit == "ns" else number * _TO_MICROSECONDS[unit]
            micros = pl.when(digits == count).then(value).otherwise(micros)
    stamp = micros.cast(pl.Datetime("us"))
    return pl.when(stamp >= GENESIS).then(stamp)
