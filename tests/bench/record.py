"""What was measured, kept as JSON: one entry a module, with the day, the machine and the versions it was measured on.

A run replaces the entries of the modules it ran, so that one of them can be measured again without the others.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from ingestion.atomic import write_atomically
from tests.bench.found import Found, Size
from tests.bench.places import PROJECT

KEPT = PROJECT / "docs" / "benchmarks.json"
PACKAGES = ("duckdb", "polars", "pyarrow", "pandas", "numpy", "dagster", "dbt-core", "dlt", "pyspark", "pysail")


@dataclass(frozen=True)
class Entry:
    """One module's figures. `seconds`: how long measuring took. `failure`: why there are none."""

    date: str
    machine: str
    versions: dict[str, str]
    size: Size
    seconds: float
    figures: dict[str, float]
    absent: dict[str, str]
    told: list[str]
    failure: str | None = None


def entry(found: Found, size: Size, seconds: float, failure: str | None = None) -> Entry:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    about = (today, machine(), versions(), size, round(seconds, 1))
    return Entry(*about, dict(sorted(found.figures.items())), found.absent, found.told, failure)


def load(path: Path = KEPT) -> dict[str, Entry]:
    kept: Mapping[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return {module: Entry(**one) for module, one in kept.items()}


def save(entries: Mapping[str, Entry], path: Path = KEPT) -> None:
    told = json.dumps({module: asdict(one) for module, one in sorted(entries.items())}, indent=1) + "\n"
    write_atomically(path, lambda part: part.write_text(told))


def machine() -> str:
    """The processor, how many cores of it this process may use, and the memory."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cores} cores of {name}, {memory:.0f} GiB, {platform.system()}, Python {platform.python_version()}"


def versions() -> dict[str, str]:
    """Of Sail and Spark too, which have packages of their own."""
    places = [*sys.path, *(str(path) for path in PROJECT.glob(".venv-spark/lib/python3*/site-packages"))]
    found = {one: next(iter(distributions(name=one, path=places)), None) for one in PACKAGES}
    return {package: one.version if one else "absent" for package, one in found.items()}
