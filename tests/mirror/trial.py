"""A store that holds the first half of a window, run again over all of it while the mirror is at fault.

The landed days are asked for too, since files of the last weeks are checked again.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from ingestion.contract import Dataset
from ingestion.ingest import IngestReport
from ingestion.places import Places
from tests.mirror.landing import ALL, Store, complaints, not_among
from tests.mirror.server import Mirror

# Both label conventions, and the stamp that they share.
FIRST, HALF, LAST = date(2026, 7, 10), date(2026, 7, 11), date(2026, 7, 13)
NEW_DAYS = [date(2026, 7, 12), LAST]
HALF_TIME, FULL_TIME = datetime(2026, 7, 12, 9), datetime(2026, 7, 14, 13)
LATER, AT_ONCE = timedelta(hours=1), timedelta(0)


@dataclass(frozen=True)
class Landed:
    """What no fault ever touched: a folder with half of the window, and the values of all of it."""

    half: Path
    full: dict[str, pl.DataFrame]


def land_both(mirror: Mirror, folder: Path) -> Landed:
    """Land the half, and from there the whole."""
    mirror.reset()
    half = Store(mirror, Places(folder / "half"))
    for dataset in ALL:
        half.land(dataset, FIRST, HALF, now=HALF_TIME)
    whole = Store(mirror, Places(shutil.copytree(half.places.data_dir, folder / "full")))
    for dataset in ALL:
        report = whole.land(dataset, FIRST, LAST, now=FULL_TIME)
        assert complaints(report) == {}
    return Landed(half.places.data_dir, {dataset.key: whole.values(dataset) for dataset in ALL})


@dataclass(frozen=True)
class Trial:
    """One store under a fault."""

    store: Store
    landed: Landed

    def run(self, dataset: Dataset, *faults: str, later: timedelta = AT_ONCE) -> IngestReport:
        """Land the whole window under faults, or without any."""
        self.store.mirror.faults(*faults)
        report = self.store.land(dataset, FIRST, LAST, now=FULL_TIME + later)
        assert not faults or self.store.mirror.faults_fired, "the fault never struck"
        return report

    def wrong(self, dataset: Dataset) -> pl.DataFrame:
        """Values that the source, when it was well, never gave."""
        return not_among(self.store.values(dataset), self.landed.full[dataset.key])

    def lost(self, dataset: Dataset, before: pl.DataFrame) -> pl.DataFrame:
        """Values that were landed before and are gone."""
        return not_among(before, self.store.values(dataset))

    def assert_whole(self, dataset: Dataset, report: IngestReport) -> None:
        """Everything landed, nothing else did, and there is nothing to complain of."""
        assert complaints(report) == {}
        assert self.store.values(dataset).equals(self.landed.full[dataset.key])
