"""What a run knows about itself, as plain rows: everything in `meta` that cannot be read off the marts.

The orchestrator fills these in; `meta_tables.py` writes them and `release_manifest.py` sums them up.
All moments are UTC without a zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

LIVE = "live"


@dataclass(frozen=True, slots=True)
class CaptureFact:
    """One captured response that the release rests on."""

    source: str
    dataset: str
    capture_id: str
    url: str
    received_at: datetime
    body_sha256: str
    provenance: str
    rows_count: int


@dataclass(frozen=True, slots=True)
class DatasetFact:
    """How fresh one raw dataset is. `is_degraded`: not all of it could be had. `not_asked`: why it was left alone."""

    source: str
    dataset: str
    newest_event_at: datetime | None
    newest_known_at: datetime | None
    fetched_at: datetime | None
    rows_count: int
    is_degraded: bool = False
    not_asked: str | None = None


@dataclass(frozen=True, slots=True)
class LicenceFact:
    """Under what terms one raw dataset came."""

    source: str
    dataset: str
    licence: str
    licence_url: str
    attribution: str
    is_redistributable: bool


@dataclass(frozen=True, slots=True)
class RunFacts:
    """One run. `scope` is `live` or `case:<name>`; `instants` are the moments whose answers are kept as they stood."""

    release_id: str
    created_at: datetime
    as_of_at: datetime
    scope: str
    window_from: date
    window_to: date
    code_version: str
    instants: tuple[datetime, ...] = ()
    degraded_reasons: tuple[str, ...] = ()
    captures: tuple[CaptureFact, ...] = ()
    datasets: tuple[DatasetFact, ...] = ()
    licences: tuple[LicenceFact, ...] = ()

    @property
    def is_degraded(self) -> bool:
        return bool(self.degraded_reasons) or any(dataset.is_degraded for dataset in self.datasets)
