"""Clock times of a place as naive UTC, with that place's daylight saving on that day."""

from __future__ import annotations

from datetime import time

import polars as pl

NEW_YORK = "America/New_York"


def utc_at(day: pl.Expr, clock: time, zone: str = NEW_YORK) -> pl.Expr:
    """The moment a clock of `zone` shows `clock` on `day`, naive UTC; null for a null day.

    Not for clock times that a change to or from summer time skips or repeats.

    >>> from datetime import date
    >>> days = pl.Series("day", [date(2026, 2, 5), date(2026, 7, 1)])
    >>> [str(moment) for moment in pl.select(utc_at(pl.lit(days), time(16))).to_series()]
    ['2026-02-05 21:00:00', '2026-07-01 20:00:00']
    """
    local = day.cast(pl.Datetime("us")) + pl.duration(hours=clock.hour, minutes=clock.minute)
    return (
        local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )
