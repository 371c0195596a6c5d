"""Difficulty retargets of the case: what the explorer listed at a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingestion.cases.feb_2026.facts import Fact
from ingestion.cases.wire import Retarget

# Consensus: the new difficulty is the old one times two weeks over the time the epoch took.
TWO_WEEKS = timedelta(days=14)
# Simulated: new over old difficulty at the two retargets before, so that the published one has predecessors.
EARLIER = ((933_408, 0.9672), (931_392, 0.9880))


def retargets(facts: dict[str, Fact]) -> list[Retarget]:
    """Oldest first. Times before the published one follow from the difficulties, to about ten minutes."""
    new, difficulty = facts["difficulty_935424"], facts["difficulty_933408"].value
    ratio, at = new.value / difficulty, new.observed_from_at
    found = [Retarget(at, 935_424, new.value, round(ratio, 4))]
    for height, earlier in EARLIER:
        at = at - timedelta(seconds=round(TWO_WEEKS.total_seconds() / ratio))
        found.append(Retarget(at, height, difficulty, earlier))
        difficulty, ratio = float(round(difficulty / earlier)), earlier
    return found[::-1]


def listed_at(moment: datetime, facts: dict[str, Fact]) -> list[Retarget]:
    """The retargets that had happened by a moment."""
    return [retarget for retarget in retargets(facts) if retarget.at <= moment]
