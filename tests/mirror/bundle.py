"""Every dataset that the archive has, landed together at moments of the mirror's clock, and its newest answers.

The archive holds most of it around June 2026, some of it only in a week of August or up to February: three parts,
each with its own moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl
import pytest

from ingestion.contract import Dataset, find, load_contracts
from ingestion.http import LiveClient
from ingestion.ingest import IngestReport
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.together import ingest_all
from ingestion.windows import Window
from tests.mirror.landing import read_raw
from tests.mirror.pace import no_waiting
from tests.mirror.server import Mirror

PROVEN = tuple(dataset for dataset in load_contracts() if dataset.is_proven)
AUGUST = tuple(map(find, ("coinalyze/liquidations_1d", "deribit_options/book_summary", "deribit_options/instruments")))
FEBRUARY = tuple(map(find, ("blockchain_info/difficulty", "blockchain_info/hash_rate", "mempool_space/hashrates")))
JUNE = tuple(dataset for dataset in PROVEN if dataset not in (*AUGUST, *FEBRUARY))
HOUR = timedelta(hours=1)
Newest = dict[str, pl.DataFrame]
Reports = dict[str, IngestReport]


@dataclass(frozen=True)
class Part:
    """Datasets that the archive has about the same days, and a moment when those were just over."""

    datasets: tuple[Dataset, ...]
    window: Window
    clock: datetime


PARTS = (
    Part(JUNE, Window(date(2026, 6, 1), date(2026, 6, 10)), datetime(2026, 6, 11, 13, 25)),
    Part(AUGUST, Window(date(2026, 7, 30), date(2026, 8, 6)), datetime(2026, 8, 7, 2, 25)),
    Part(FEBRUARY, Window(date(2026, 1, 20), date(2026, 2, 10)), datetime(2026, 2, 12, 13, 25)),
)


def _settings(mirror: Mirror, places: Places) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=places.data_dir,
        mirror=mirror.url,
        now=None,
        retry_wait_seconds=0.005,
        deadline_seconds=5.0,
        also="cboe,yahoo",
    )


@contextmanager
def _keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for dataset in PROVEN:
            if dataset.key_env:
                patch.setenv(dataset.key_env, "any")
        yield


def land(
    mirror: Mirror, places: Places, datasets: Iterable[Dataset], window: Window, now: datetime | None = None
) -> Reports:
    """Land these datasets together, keys set and nothing waited for, with the mirror's clock at `now` if given."""
    if now:
        mirror.now(now)
    reports: Reports = {}
    with _keys(), no_waiting(), LiveClient(_settings(mirror, places)) as client:
        for dataset, report in ingest_all(list(datasets), window, client, places):
            if isinstance(report, Exception):
                raise report
            reports[dataset.key] = report
    return reports


def land_bundle(mirror: Mirror, places: Places, later: timedelta = timedelta(0)) -> Reports:
    """Land the whole bundle, each part at its own moment (or later)."""
    reports: Reports = {}
    for part in PARTS:
        reports |= land(mirror, places, part.datasets, part.window, part.clock + later)
    return reports


def newest(places: Places, datasets: Iterable[Dataset] = PROVEN, as_of: datetime | None = None) -> Newest:
    """The newest vintage of every fact that was known at a moment, in business columns only."""
    return {dataset.key: _newest(read_raw(places.raw, dataset), dataset, as_of) for dataset in datasets}


def _newest(rows: pl.DataFrame, dataset: Dataset, as_of: datetime | None) -> pl.DataFrame:
    known = rows if as_of is None else rows.filter(pl.col("known_at") <= as_of)
    ordered = known.sort(*dataset.grain, "known_at", "_fetched_at")
    last = ordered.unique(dataset.grain, keep="last", maintain_order=True)
    return last.select(column.name for column in dataset.columns)


def digests(answers: Newest) -> dict[str, str]:
    """A hash of every dataset's newest answers, for a test to compare and a reader to see."""
    return {key: hashlib.sha256(frame.write_csv().encode()).hexdigest()[:16] for key, frame in answers.items()}
