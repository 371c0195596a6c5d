"""How long the interval of a funding payment was, where a venue's history does not tell."""

from __future__ import annotations

import polars as pl

# No venue here pays more rarely than every eight hours: a longer gap is a payment that is missing.
LONGEST_INTERVAL_HOURS = 8.0


def with_interval_hours(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds interval_hours: the time since the payment before, which no history endpoint here tells.

    Null for the oldest payment of an answer and after a gap; questions reach a day back so that every
    payment of the days asked for has its predecessor in the answer.
    """
    paid = frame.select("symbol", "funding_at").drop_nulls().unique().sort("symbol", "funding_at")
    hours = (pl.col("funding_at") - pl.col("funding_at").shift(1).over("symbol")).dt.total_minutes() / 60
    gaps = paid.with_columns(pl.when(hours <= LONGEST_INTERVAL_HOURS).then(hours).alias("interval_hours"))
    return frame.join(gaps, on=["symbol", "funding_at"], how="left", maintain_order="left")
