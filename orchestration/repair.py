"""Which past days should be landed and are not: what a daemon that was down, or a file that came late, left behind.

Decides only; the sensor that asks for the run is defs/repair.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestion.contract import Dataset, load_contracts
from ingestion.coverage import find_gaps, landed_days
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window, partition_of

LOOK_BACK_DAYS = 30
# One run lands them together; a long outage is made good over several ticks.
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Repair:
    """Datasets by key, and the days from the first that one of them lacks to the last."""

    datasets: tuple[str, ...]
    window: Window

    @property
    def name(self) -> str:
        return f"{self.window.first}-{self.window.last}-{'+'.join(self.datasets)}"


def find_repair(now: datetime, places: Places, settings: Settings) -> Repair | None:
    """The datasets with the oldest gaps of the last thirty days, None where every one is whole."""
    gaps = {
        dataset.key: days
        for dataset in load_contracts()
        if not settings.not_asked(dataset) and (days := _missed(dataset, now, places))
    }
    oldest = sorted(gaps, key=lambda key: (gaps[key].first, key))[:AT_ONCE]
    if not oldest:
        return None
    return Repair(
        tuple(sorted(oldest)), Window(min(gaps[key].first for key in oldest), max(gaps[key].last for key in oldest))
    )


def _missed(dataset: Dataset, now: datetime, places: Places) -> Window | None:
    """From the first gap to the last. What was never landed is not missed, and a state of the past is gone."""
    if dataset.is_snapshot or dataset.expected_per_day is None or dataset.history == timedelta(0):
        return None
    today = now.date()
    kept = min(LOOK_BACK_DAYS, dataset.history.days - 1 if dataset.history else LOOK_BACK_DAYS)
    window = Window(today - timedelta(days=max(kept, 1)), today - timedelta(days=1))
    landed = landed_days(places.raw, dataset, window)
    if not _began_before(window, dataset, places):
        begun = window.since(min(landed["day"], default=today))
        if begun is None:
            return None
        window = begun
    days = find_gaps(dataset, landed, window, now).days
    return Window(days[0], days[-1]) if days else None


def _began_before(window: Window, dataset: Dataset, places: Places) -> bool:
    first = partition_of(window.first, dataset.partition)
    files = (places.raw / dataset.source / dataset.name).glob("*.parquet")
    return any(path.stem < first for path in files if path.stem != "schema")
