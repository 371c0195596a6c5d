"""What somebody should be told: a source late or blocked, a gate that refused, a degraded release, a condition flipped.

Finds what stands now and what is new since it was last told. Sending is alerts_command.py and the sensor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from ingestion.atomic import write_atomically
from ingestion.contract import Cadence, load_contracts
from ingestion.places import Places
from ingestion.refusals import Refusals
from ingestion.settings import Settings
from orchestration.landing_log import load
from orchestration.lateness import LATE
from orchestration.release import current
from orchestration.shelf import refusals_since

MEMORY = "alerts.json"
CONDITION = "condition "
EVERY: dict[Cadence, str] = {
    "ten_minutes": "every ten minutes",
    "quarter_hourly": "every quarter of an hour",
    "hourly": "every hour",
    "daily": "every day",
    "weekly": "every week",
}


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that stands. `state` is what must change for it to be news; `text` is what people read."""

    key: str
    state: str
    text: str


def standing(places: Places, settings: Settings, now: datetime) -> list[Alert]:
    """Everything that stands now, in the order of its key."""
    found = [*_late(places, settings, now), *_blocked(settings, now), *_of_release(places.published)]
    return sorted(found, key=lambda alert: alert.key)


def news(alerts: list[Alert], told: Mapping[str, str]) -> list[str]:
    """What to say of the alerts to somebody who was told those: what is new or other, and what is over.

    A condition is always met or not, so that it stands is no news, only that it changed.

    >>> news([Alert("blocked a.com", "banned", "a.com is not asked")], {})
    ['a.com is not asked']
    >>> news([], {"blocked a.com": "banned"})
    ['over: blocked a.com']
    >>> news([Alert("condition R3", "not_met", "R3 is not met")], {"condition R3": "met"})
    ['R3 is not met (was: met)']
    """
    said = []
    for alert in alerts:
        before = told.get(alert.key)
        if alert.key.startswith(CONDITION):
            if before is not None and before != alert.state:
                said.append(f"{alert.text} (was: {before})")
        elif before != alert.state:
            said.append(alert.text)
    stands = {alert.key for alert in alerts}
    return said + [f"over: {key}" for key in told if key not in stands and not key.startswith(CONDITION)]


def recall(places: Places) -> dict[str, str]:
    """What was told last, by key."""
    path = places.home / MEMORY
    return dict(orjson.loads(path.read_bytes())) if path.exists() else {}


def remember(places: Places, alerts: list[Alert]) -> None:
    """Note what has been told, so that it is told once."""
    body = orjson.dumps({alert.key: alert.state for alert in alerts}, option=orjson.OPT_INDENT_2)
    write_atomically(places.home / MEMORY, lambda part: part.write_bytes(body))


def _late(places: Places, settings: Settings, now: datetime) -> Iterator[Alert]:
    for dataset in load_contracts():
        landing = None if settings.not_asked(dataset) else load(dataset, places)
        if landing is None or landing.not_asked:
            continue
        age = now - datetime.fromisoformat(landing.at)
        if age > LATE[dataset.cadence].fail:
            hours = age.total_seconds() / 3600
            text = f"{dataset.key} was last landed {hours:.0f} hours ago and should be {EVERY[dataset.cadence]}"
            yield Alert(f"late {dataset.key}", "late", text)


def _blocked(settings: Settings, now: datetime) -> Iterator[Alert]:
    for refusal in Refusals(settings.data_dir / "hosts").all(now):
        yield Alert(f"blocked {refusal.host}", refusal.reason, refusal.told)


def _of_release(published: Path) -> Iterator[Alert]:
    release = current(published)
    since = release.created_at if release else None
    for release_id, reasons in refusals_since(published, since):
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        yield Alert(f"refused {release_id}", "refused", f"release {release_id} was refused: {reasons[0]}{more}")
    if release is None:
        return
    if release.is_degraded:
        # The days in a reason change every hour; whose they are is what matters.
        sources = ", ".join(sorted({reason.split(":", 1)[0] for reason in release.degraded_reasons}))
        text = f"release {release.release_id} is degraded: " + "; ".join(release.degraded_reasons)
        yield Alert("degraded release", sources, text)
    yield from _conditions(published)


def _conditions(published: Path) -> Iterator[Alert]:
    from orchestration.connect import open_release

    with open_release(published / "unwind.duckdb") as connection:
        tables = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        if ("fct_condition_scoreboard",) not in tables:
            return
        rows = connection.execute(
            "select condition_id, title, status, reason from marts.fct_condition_scoreboard where is_newest order by 1"
        ).fetchall()
    for condition_id, title, status, reason in rows:
        yield Alert(f"{CONDITION}{condition_id}", status, f"{condition_id} {title}: {status}. {reason or ''}".strip())
