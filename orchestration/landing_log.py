"""The last landing of every dataset, kept as one small file each: what the release and the summary say about raw.

Written by the raw assets, read by everything after them; survives the process, since steps may be re-run alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import orjson

from ingestion.atomic import write_atomically
from ingestion.contract import Dataset, load_contracts
from ingestion.ingest import IngestReport
from ingestion.places import Places

# More names than these and a reason is no longer read.
TABLES_NAMED = 4


@dataclass(frozen=True, slots=True)
class Landing:
    """What one dataset's last landing did. Days are ISO dates; `at` is the run's clock."""

    dataset: str
    run_id: str
    at: str
    not_asked: str | None
    rows: int
    asked: int
    captured: int
    skipped: int
    landed: list[str]
    unchanged: int
    vintages: int
    quarantined: dict[str, int]
    missing_days: list[str]
    partial_days: dict[str, int]
    gone: int
    first_day: str | None
    last_day: str | None
    failures: list[str]
    unreadable: list[str]
    notices: list[str]


def save(report: IngestReport, run_id: str, at: datetime, places: Places) -> Landing:
    """Write and return the landing of one dataset."""
    landing = Landing(
        dataset=report.dataset,
        run_id=run_id,
        at=at.isoformat(),
        not_asked=report.not_asked,
        rows=report.rows,
        asked=report.asked,
        captured=report.captured,
        skipped=report.skipped,
        landed=[partition.partition for partition in report.landed],
        unchanged=len(report.partitions) - len(report.landed),
        vintages=sum(partition.vintages for partition in report.landed),
        quarantined=report.quarantined,
        missing_days=[day.isoformat() for day in report.missing_days],
        partial_days={day.isoformat(): count for day, count in report.partial_days.items()},
        gone=len(report.gone),
        first_day=_iso(report.first_day),
        last_day=_iso(report.last_day),
        failures=report.failures,
        unreadable=report.unreadable,
        notices=report.notices,
    )
    path = places.home / "landing" / f"{report.dataset.replace('/', '__')}.json"
    write_atomically(path, lambda part: part.write_bytes(orjson.dumps(asdict(landing), option=orjson.OPT_INDENT_2)))
    return landing


def load(dataset: Dataset, places: Places) -> Landing | None:
    """The last landing of a dataset, None before its first."""
    path = places.home / "landing" / f"{dataset.source}__{dataset.name}.json"
    return Landing(**orjson.loads(path.read_bytes())) if path.exists() else None


def degraded_reasons(landings: list[Landing], affected: Mapping[str, Sequence[str]]) -> list[str]:
    """Why a release made from these landings is degraded: questions unanswered, days missing, and what they feed.

    affected: dataset -> the published tables made from it.
    """
    reasons = []
    stands_in = {dataset.key: dataset.stands_in for dataset in load_contracts()}
    for landing in landings:
        told = []
        if landing.failures:
            more = f" (and {len(landing.failures) - 1} more)" if len(landing.failures) > 1 else ""
            told.append(f"{landing.failures[0]}{more}")
        if landing.missing_days:
            days = landing.missing_days
            shown = ", ".join(days[:3]) + (f" and {len(days) - 3} more" if len(days) > 3 else "")
            told.append(f"no data for {shown}")
        if told:
            tables = _named(affected.get(landing.dataset, ()))
            others = ", ".join(stands_in.get(landing.dataset, ()))
            end = f"; {others} says about the same" if others else ""
            reasons.append(f"{landing.dataset}: {'; '.join(told)}; feeds {tables}{end}")
    return reasons


def _named(tables: Sequence[str]) -> str:
    """A few tables by name; of many, where their names are."""
    if len(tables) > TABLES_NAMED:
        return f"{len(tables)} published tables, which meta.lineage names"
    return ", ".join(tables) or "no published table"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
