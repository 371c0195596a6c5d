"""Difficulty retargets of the case: what the explorer listed at a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingestion.cases.feb_2026.facts import Fact
from ingestion.cases.wire import Retarget

# Consensus: the new difficulty is the old one times two weeks over the time the epoch took.
TWO_WEEKS = timedelta(days=14)
# Simulated: what came before the two published difficulties, so that the first of them has a predecessor.
EARLIER = ((931_392, 0.9672), (929_376, 0.9880))


def retargets(facts: dict[str, Fact]) -> list[Retarget]:
    """Oldest first. Times before the published one follow from the difficulties, to about ten minutes."""
    new, old = facts["difficulty_935424"], facts["difficulty_933408"]
    ratio = new.value / old.value
    found = [Retarget(new.observed_from_at, 935_424, new.value, round(ratio, 4))]
    height, difficulty = 933_408, old.value
    at = _started(new.observed_from_at, ratio)
    for earlier_height, ratio in EARLIER:
        found.append(Retarget(at, height, difficulty, ratio))
        height, difficulty, at = earlier_height, float(round(difficulty / ratio)), _started(at, ratio)
    return sorted(found, key=lambda r: r.height)


def listed_at(moment: datetime, facts: dict[str, Fact]) -> list[Retarget]:
    """The retargets that had happened by a moment."""
    return [retarget for retarget in retargets(facts) if retarget.at <= moment]


def _started(ended_at: datetime, ratio: float) -> datetime:
    return ended_at - timedelta(seconds=round(TWO_WEEKS.total_seconds() / ratio))
