"""`unwind doctor`: what can be wrong with an installation and its data, looked at one by one.

The installation is looked at here, what lies in the data folder in `doctor_data.py`.
"""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from ingestion.capture import CaptureStore
from ingestion.clock import run_clock
from ingestion.contract import load_contracts
from ingestion.places import Places
from ingestion.refusals import Refusals
from ingestion.settings import Settings
from orchestration.console import out, told_plainly
from orchestration.doctor_data import Finding, of_captures, of_files, of_release, of_shelves

ENOUGH_BYTES = 2 * 1024**3
ENGINES = ("duckdb", "dbt-core", "dbt-duckdb", "dagster", "great-expectations", "polars", "pyarrow")
# Clocks of honest machines differ by seconds.
CLOCK_SLACK = timedelta(minutes=5)


@told_plainly
def examine(is_deep: bool) -> int:
    """Exit code 1 when anything is wrong. is_deep: also hash every captured answer anew."""
    findings = []
    for finding in _findings(Settings(), is_deep):
        mark = {True: "[green]ok[/green]   ", False: "[red]wrong[/red]", None: "note "}[finding.is_well]
        out.print(f"{mark} {finding.text}", soft_wrap=True, markup=True)
        findings.append(finding)
    return 1 if any(finding.is_well is False for finding in findings) else 0


def _findings(settings: Settings, is_deep: bool) -> Iterator[Finding]:
    engines = ", ".join(f"{name} {version(name)}" for name in ENGINES)
    yield Finding(sys.version_info >= (3, 11), f"Python {platform.python_version()}; {engines}")
    yield _disk(settings.data_dir)
    yield from _clock(settings)
    yield _keys(settings)
    if settings.mirror:
        yield Finding(None, f"every request goes to the mirror {settings.mirror}")
    for refusal in Refusals(settings.data_dir / "hosts").all(run_clock(settings)):
        yield Finding(None, refusal.told)
    live = Places(settings.data_dir)
    yield from of_release(live.published)
    yield from of_shelves(live.published)
    cases = [Places(settings.data_dir, folder.name) for folder in sorted((settings.data_dir / "cases").glob("*"))]
    for places in (live, *cases):
        yield from of_files(places)
        yield from of_captures(places, is_deep)


def _disk(data_dir: Path) -> Finding:
    existing = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    return Finding(free > ENOUGH_BYTES, f"{free / 1024**3:.1f} GiB free for {data_dir}")


def _clock(settings: Settings) -> Iterator[Finding]:
    yield Finding(None, f"the clock of a live run: {run_clock(settings):%Y-%m-%d %H:%M:%S} UTC")
    store = CaptureStore(Places(settings.data_dir).capture)
    newest = [store.index(*dataset)["received_at"].max() for dataset in store.datasets()]
    stored = max((moment for moment in newest if isinstance(moment, datetime)), default=None)
    machine = datetime.now(UTC).replace(tzinfo=None)
    if stored is not None and settings.now is None and settings.mirror is None:
        told = (
            "" if machine + CLOCK_SLACK >= stored else f"; the newest answer was received at {stored:%Y-%m-%d %H:%MZ}"
        )
        yield Finding(not told, f"this machine's clock says {machine:%Y-%m-%d %H:%MZ}{told}")


def _keys(settings: Settings) -> Finding:
    """Which keys are set, by the names of their variables only."""
    names = sorted({name for one in load_contracts() for name in (one.key_env, one.address_env) if name})
    given = [name for name in names if settings.secret(name)]
    absent = [name for name in names if name not in given]
    return Finding(None, f"keys set: {', '.join(given) or 'none'}; not set: {', '.join(absent) or 'none'}")
