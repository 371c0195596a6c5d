"""A synthetic exchange, and a landing place that asks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ingestion.capture import Capture
from ingestion.cases.feb_2026.generate import captures
from ingestion.contract import Dataset
from ingestion.http import LiveClient
from ingestion.ingest import IngestReport, ingest
from ingestion.places import Places
from ingestion.quarantine import keep_rejected
from ingestion.settings import Settings
from ingestion.windows import Window
from tests.loopback.exchange import Exchange


@dataclass
class Desk:
    """Somebody who lands data from the exchange into a folder."""

    exchange: Exchange
    places: Places
    deadline_seconds: float = 5.0

    def settings(self) -> Settings:
        return Settings(
            data_dir=self.places.data_dir,
            mirror=self.exchange.url,
            retry_wait_seconds=0.005,
            deadline_seconds=self.deadline_seconds,
        )

    def client(self) -> LiveClient:
        return LiveClient(self.settings(), on_rejected=lambda *rejected: keep_rejected(self.places, *rejected))

    def land(self, dataset: Dataset, first: str, last: str) -> IngestReport:
        with self.client() as client:
            return ingest(dataset, Window(date.fromisoformat(first), date.fromisoformat(last)), client, self.places)

    def raw(self, dataset: Dataset) -> pl.DataFrame:
        files = sorted((self.places.raw / dataset.source / dataset.name).glob("*.parquet"))
        return pl.concat([pl.read_parquet(file) for file in files]).sort([*dataset.grain, "known_at"])

    def stored(self) -> dict[Path, bytes]:
        """Every raw file with its bytes."""
        return {path: path.read_bytes() for path in sorted(self.places.raw.rglob("*.parquet"))}


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    with Exchange(now="2026-03-10T12:00:00") as running:
        yield running


@pytest.fixture
def desk(exchange: Exchange, tmp_path: Path) -> Desk:
    return Desk(exchange, Places(tmp_path))


@pytest.fixture(scope="session")
def case_captures() -> list[Capture]:
    """Every capture of the bundled case, generated once: tests that share it are in one xdist group."""
    return list(captures())
