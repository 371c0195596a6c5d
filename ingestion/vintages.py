"""Which values of a fact are vintages, and since when each could have been known (docs/architecture.md, time).

Pure functions over frames; parsing and rules about rows live elsewhere.
"""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from ingestion.contract import Dataset


def collapse(rows: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Keep a row only where it differs from the fact's previous one: an answer repeated is no vintage.

    A value that was changed and changed back is three vintages. Of two answers at one instant, which only a frozen
    clock gives, the later in `rows` stands. Expects `_fetched_at`.
    """
    grain = list(dataset.grain)
    values = [column.name for column in dataset.columns if column.name not in grain]
    newest = rows.unique([*grain, "_fetched_at"], keep="last", maintain_order=True)
    ordered = newest.sort([*grain, "_fetched_at"], maintain_order=True)
    marked = ordered.with_columns((pl.int_range(pl.len()).over(grain) == 0).alias("_is_first"))
    if marked["_is_first"].all():
        # Nothing to compare; comparing a million rows for nothing takes gigabytes.
        return marked
    current = pl.struct(values)
    previous = current.shift(1).over(grain)
    return (
        marked.with_columns((current != previous).alias("_differs"))
        .filter(pl.col("_is_first") | pl.col("_differs").fill_null(True))
        .drop("_differs")
    )


def stamp_known_at(rows: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Add known_at, is_known_at_estimated and is_possibly_restated to collapsed rows.

    First vintage, fetched within max_lag: known when we (and the source's own stamp) had it. First vintage
    fetched later: known at its publication, estimated from the documented lag, and possibly restated since.
    A vintage that differs from an earlier one: known when we first saw it.
    """
    base = available_from(dataset)
    first, fetched, published = pl.col("_is_first"), pl.col("_fetched_at"), pl.col("published_at")
    is_late = first & (fetched > base + dataset.max_lag)
    by_document = pl.coalesce(published, base + dataset.publication_lag)
    known = (
        pl.when(is_late)
        .then(pl.min_horizontal(by_document, fetched))
        .when(first)
        .then(pl.max_horizontal(published, fetched))
        .otherwise(fetched)
    )
    return rows.with_columns(
        known.cast(pl.Datetime("us")).alias("known_at"),
        is_late.alias("is_known_at_estimated"),
        (is_late & pl.lit(dataset.is_revisable)).alias("is_possibly_restated"),
    )


def available_from(dataset: Dataset) -> pl.Expr:
    """The end of what a row is about: its own period, or the UTC day of its file."""
    has_period = any(column.name == "period_end_at" for column in dataset.columns)
    if dataset.published_after == "utc_day_end":
        return pl.col(dataset.event_time).dt.truncate("1d") + timedelta(days=1)
    return pl.col("period_end_at" if has_period else dataset.event_time)
