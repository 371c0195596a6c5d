"""The case's span of time, and walks tied to fixed points: what prices and open interest are simulated with.

Only + - * / are used here and in the modules that call this one: transcendental functions differ in the last
digit between machines, and the digest of the case must not. Options need them, and are rounded far above that digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

START, DAYS = datetime(2026, 1, 28), 16


def index_of(moment: str, step: timedelta) -> int:
    """How many steps after the start of the case a moment is.

    >>> index_of("2026-01-29T02", timedelta(hours=1))
    26
    """
    return (datetime.fromisoformat(moment) - START) // step


def seeded(what: str) -> Random:
    """The same random numbers for the same use, whatever else is simulated beside it."""
    return Random(f"feb_2026 {what}")  # noqa: S311 (a simulation, not a secret)


def bridge(random: Random, anchors: Mapping[int, float], noise: float) -> list[float]:
    """Values from the first anchor to the last: exact at anchors, between them a walk tied at both ends.

    noise: largest step of the walk, as a share of the value at the anchor before it.
    """
    ordered = sorted(anchors.items())
    path = [ordered[0][1]]
    for (start, first), (end, last) in pairwise(ordered):
        walk = [0.0]
        for _ in range(end - start):
            walk.append(walk[-1] + (2 * random.random() - 1) * noise * first)
        for step in range(1, end - start):
            share = step / (end - start)
            path.append(first + (last - first) * share + walk[step] - walk[-1] * share)
        path.append(last)
    return path
