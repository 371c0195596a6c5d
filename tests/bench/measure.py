"""Times commands as whole process trees, in interleaved rounds, and compares medians."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Cost(NamedTuple):
    """CPU seconds (user and system, children included), wall seconds and peak memory of one command."""

    cpu: float
    wall: float
    peak_mb: float


def run(command: list[str], environment: Mapping[str, str], folder: Path | None = None) -> Cost:
    """Run a command to its end, standing in a folder. Raises RuntimeError with its output when it fails."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with subprocess.Popen(
        command,
        env={**os.environ, **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, time.monotonic() - started, used.ru_maxrss / 1024)


def rounds(candidates: Mapping[str, Callable[[int], Cost | None]], count: int) -> dict[str, Cost]:
    """Medians over `count` rounds; every round runs each candidate once, so that drift hits all alike.

    A candidate may sit a round out (None).
    """
    costs: dict[str, list[Cost]] = {name: [] for name in candidates}
    for number in range(count):
        for name, candidate in candidates.items():
            if (cost := candidate(number)) is not None:
                costs[name].append(cost)
    return {
        name: Cost(median(c.cpu for c in ones), median(c.wall for c in ones), max(c.peak_mb for c in ones))
        for name, ones in costs.items()
        if ones
    }


def in_turns(actions: Mapping[str, Callable[[], object]], count: int) -> dict[str, float]:
    """Median wall seconds of calls in this process, each once a round, after a round that is not counted."""
    took: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(count + 1):
        for name, action in actions.items():
            started = time.monotonic()
            action()
            took[name].append(time.monotonic() - started)
    return {name: median(ones[1:]) for name, ones in took.items()}


def seconds_of(action: Callable[[], object], times: int = 5) -> float:
    """Median wall seconds of a call, after one that is not counted."""
    action()
    took = []
    for _ in range(times):
        started = time.monotonic()
        action()
        took.append(time.monotonic() - started)
    return median(took)
