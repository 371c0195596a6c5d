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
    # In order, what belongs together stands together: a look at the neighbour tells what a table of hashes would.
    ordered = rows.sort([*grain, "_fetched_at"], maintain_order=True)
    newest = ordered.filter(_differs([*grain, "_fetched_at"], -1))
    marked = newest.with_columns(_differs(grain, 1).alias("_is_first"))
    if marked["_is_first"].all():
        # Nothing to compare; comparing a million rows for nothing takes gigabytes.
        return marked
    current = pl.struct(values)
    return (
        marked.with_columns((current != current.shift(1)).alias("_differs"))
        .filter(pl.col("_is_first") | pl.col("_differs").fill_null(True))
        .drop("_differs")
    )


def _differs(names: list[str], step: int) -> pl.Expr:
    """Whether a row differs in these columns from the row before it (1) or after it (-1), or has none there."""
    is_at_the_end = pl.int_range(pl.len()) == (0 if step == 1 else pl.len() - 1)
    return pl.any_horizontal(is_at_the_end, *(pl.col(name).ne_missing(pl.col(name).shift(step)) for name in names))


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
