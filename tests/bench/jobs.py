"""Times pieces of Python, each in a process that does nothing else, in interleaved rounds.

A piece defines `job()`. Its imports do not count for the CPU; for the peak everything does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.places import PROJECT

_TIMED = """
import json, time
from pathlib import Path
began, started = time.monotonic(), time.process_time()
job()
cpu, wall = time.process_time() - started, time.monotonic() - began
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps([cpu, wall, int(peak.split()[1]) / 1024]))
"""


class Spent(NamedTuple):
    """CPU seconds and wall seconds of a job, and the most memory its process had."""

    cpu: float
    wall: float
    peak_mb: float

    def __str__(self) -> str:
        return f"{self.cpu:.2f} CPU s, {self.peak_mb:.0f} MB"


def in_rounds(
    pieces: Mapping[str, str], times: int, folder: Path, between: Callable[[], None] = lambda: None
) -> dict[str, Spent]:
    """Medians over rounds, each piece once a round so that drift hits all alike; `between` clears what one left."""
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    spent: dict[str, list[Spent]] = {name: [] for name in pieces}
    for _ in range(times):
        for name, piece in pieces.items():
            between()
            command = [sys.executable, "-W", "ignore", "-c", piece + _TIMED]
            ended = subprocess.run(command, env=environment, cwd=folder, check=False, capture_output=True, text=True)
            if ended.returncode:
                raise RuntimeError(f"{name} ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
            spent[name].append(Spent(*json.loads(ended.stdout.splitlines()[-1])))
    return {name: Spent(*map(median, zip(*ones, strict=True))) for name, ones in spent.items()}
