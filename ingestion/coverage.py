"""Which days of a dataset are landed, and which should be and are not. Landing them is elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from ingestion.contract import Dataset
from ingestion.events import answers_of, newest
from ingestion.windows import Window, partition_of


@dataclass(frozen=True, slots=True)
class Gaps:
    """Days without any fact, and days with fewer than the contract says (how many there are)."""

    missing: list[date] = field(default_factory=list)
    partial: dict[date, int] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        return sorted([*self.missing, *self.partial])


def landed_days(root: Path, dataset: Dataset, window: Window | None = None) -> pl.DataFrame:
    """Distinct facts over every partition: columns `series` (a symbol, say), `day` (UTC), `facts` (count).

    window: read only the partitions that its days fall into.
    """
    if dataset.is_events:
        return _days_of_events(root, dataset, window)
    files = sorted((root / dataset.source / dataset.name).glob("*.parquet"))
    if window:
        wanted = {"schema", *(partition_of(day, dataset.partition) for day in window.days())}
        files = [path for path in files if path.stem in wanted]
    nothing = pl.DataFrame(schema={"series": pl.String, "day": pl.Date, "facts": pl.UInt32})
    if not files:
        return nothing
    stored = pl.scan_parquet(files, hive_partitioning=False, extra_columns="ignore")
    frame = stored.select({*dataset.grain, dataset.event_time}).collect()
    if not frame.height:
        return nothing
    others = [name for name in dataset.grain if name != dataset.event_time and frame.schema[name] == pl.String]
    series = pl.concat_str(others, separator=" ") if others else pl.lit("")
    day = pl.col(dataset.event_time).dt.date()
    facts = frame.unique(dataset.grain).group_by(series.alias("series"), day.alias("day")).agg(pl.len().alias("facts"))
    return facts.sort("series", "day")


def _days_of_events(root: Path, dataset: Dataset, window: Window | None) -> pl.DataFrame:
    """The same from what partitions say of themselves; a series is a question without its day."""
    rows = [
        (answer.url.replace(partition, ""), date.fromisoformat(partition), answer.rows)
        for partition, answers in answers_of(root, dataset)
        if window is None or window.first <= date.fromisoformat(partition) <= window.last
        for answer in newest(answers)
    ]
    schema = {"series": pl.String, "day": pl.Date, "facts": pl.UInt32}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("series", "day")


def facts_on(landed: pl.DataFrame) -> Callable[[date], list[int]]:
    """Facts of a day by series, 0 for a series that has begun and has none; one that has not begun is not late."""
    counts = {(series, day): count for series, day, count in landed.rows()}
    begins = dict(landed.group_by("series").agg(pl.col("day").min()).rows())
    return lambda day: [counts.get((series, day), 0) for series, first in begins.items() if first <= day]


def find_gaps(dataset: Dataset, landed: pl.DataFrame, window: Window, now: datetime) -> Gaps:
    """The days of a window that are public at `now` and not whole; none where the contract does not say how many rows
    make a day."""
    gaps = Gaps()
    if dataset.expected_per_day is None:
        return gaps
    found_on = facts_on(landed)
    for day in window.days():
        public_at = datetime(day.year, day.month, day.day) + timedelta(days=1) + dataset.publication_lag
        if public_at > now:
            break
        # What a source has never given is told by its refusal.
        found = found_on(day)
        if not any(found):
            gaps.missing.append(day)
        elif min(found) < dataset.expected_per_day:
            gaps.partial[day] = sum(found)
    return gaps
