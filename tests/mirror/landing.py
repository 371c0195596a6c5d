"""Landing from the mirror without the orchestrator, and what landed as plain frames to compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from ingestion.contract import Dataset, find
from ingestion.http import LiveClient
from ingestion.ingest import IngestReport, ingest
from ingestion.places import Places
from ingestion.quarantine import keep_rejected
from ingestion.settings import Settings
from ingestion.windows import Window
from tests.mirror.pace import no_waiting
from tests.mirror.server import Mirror

SPOT = find("binance_vision/spot_klines_1h")
METRICS = find("binance_vision/um_metrics_5m")
FLOWS = find("sosovalue/etf_flow_totals")
RETARGETS = find("mempool_space/difficulty_adjustments")
COMPLAINTS = ("failures", "unreadable", "quarantined", "missing_days", "partial_days")
ALL = (SPOT, METRICS, FLOWS, RETARGETS)
# The archive has one coin of the two that are asked for: said by the mirror, and nothing about the market.
ABSENT = "the mirror has no such data"


@dataclass(frozen=True)
class Store:
    """A data folder that is filled from the mirror."""

    mirror: Mirror
    places: Places

    def land(self, dataset: Dataset, first: date, last: date, now: datetime | None = None) -> IngestReport:
        """Land one dataset's window, with the mirror's clock set to `now` if given."""
        if now:
            self.mirror.now(now)
        settings = Settings(
            _env_file=None,
            data_dir=self.places.data_dir,
            mirror=self.mirror.url,
            now=None,
            retry_wait_seconds=0.005,
            deadline_seconds=5.0,
        )
        with no_waiting(), LiveClient(settings, lambda *rejected: keep_rejected(self.places, *rejected)) as client:
            return ingest(dataset, Window(first, last), client, self.places)

    def raw(self, dataset: Dataset) -> pl.DataFrame:
        """Every raw row, envelope included."""
        return read_raw(self.places.raw, dataset)

    def values(self, dataset: Dataset) -> pl.DataFrame:
        """The business columns of every raw row."""
        return self.raw(dataset).select(column.name for column in dataset.columns)

    def files(self) -> dict[Path, bytes]:
        """Every raw file with its bytes."""
        found = sorted(self.places.raw.rglob("*.parquet"))
        return {path.relative_to(self.places.raw): path.read_bytes() for path in found}

    def quarantined(self, dataset: Dataset) -> pl.DataFrame:
        folder = self.places.quarantine / dataset.source / dataset.name
        return pl.concat([pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))])


def read_raw(root: Path, dataset: Dataset) -> pl.DataFrame:
    """Raw rows of a dataset under a root of raw files, ordered by fact and vintage."""
    files = sorted((root / dataset.source / dataset.name).glob("*.parquet"))
    return pl.concat([pl.read_parquet(path) for path in files]).sort(*dataset.grain, "known_at")


def not_among(rows: pl.DataFrame, others: pl.DataFrame) -> pl.DataFrame:
    """The rows that are not, in every column, a row of the others."""
    return rows.join(others, on=rows.columns, how="anti", nulls_equal=True)


def complaints(report: IngestReport) -> dict[str, Any]:
    """What a landing has to complain of: unanswered, refused, put aside, missing, partial."""
    told = {name: getattr(report, name) for name in COMPLAINTS}
    told["failures"] = unanswered(report)
    return {name: value for name, value in told.items() if value}


def unanswered(report: IngestReport) -> list[str]:
    """Failed questions about what the archive has."""
    return [failure for failure in report.failures if not failure.endswith(ABSENT)]


def named(value: object) -> str:
    """How a test's id shows a parameter: a dataset by its name, anything else as it is."""
    return value.name if isinstance(value, Dataset) else str(value)
