"""`unwind doctor`: what can be wrong with an installation and its data, looked at one by one."""

from __future__ import annotations

import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow.parquet as pq

from ingestion.clock import run_clock
from ingestion.places import Places
from ingestion.refusals import Refusals
from ingestion.settings import Settings
from orchestration.console import out, told_plainly
from orchestration.ledger import published_ids
from orchestration.receipt import differences, read_receipt
from orchestration.release import current
from orchestration.shelf import released_folder

ENOUGH_BYTES = 2 * 1024**3


class Finding(NamedTuple):
    """One thing looked at. `is_well` None: worth knowing, neither good nor bad."""

    is_well: bool | None
    text: str


@told_plainly
def examine() -> int:
    """Exit code 1 when anything is wrong."""
    findings = list(_findings(Settings()))
    for finding in findings:
        mark = {True: "[green]ok[/green]   ", False: "[red]wrong[/red]", None: "note "}[finding.is_well]
        out.print(f"{mark} {finding.text}", soft_wrap=True)
    return 1 if any(finding.is_well is False for finding in findings) else 0


def _findings(settings: Settings) -> Iterator[Finding]:
    yield Finding(sys.version_info >= (3, 11), f"Python {platform.python_version()}, DuckDB {duckdb.__version__}")
    yield from _disk(settings.data_dir)
    yield Finding(None, f"the clock of a live run: {run_clock(settings):%Y-%m-%d %H:%M:%S} UTC")
    if settings.mirror:
        yield Finding(None, f"every request goes to the mirror {settings.mirror}")
    for refusal in Refusals(settings.data_dir / "hosts").all(run_clock(settings)):
        yield Finding(None, refusal.told)
    yield from _release(Places(settings.data_dir).published)
    for places in (Places(settings.data_dir), *_cases(settings.data_dir)):
        yield from _files(places)


def _disk(data_dir: Path) -> Iterator[Finding]:
    existing = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    yield Finding(free > ENOUGH_BYTES, f"{free / 1024**3:.1f} GiB free for {data_dir}")


def _release(published: Path) -> Iterator[Finding]:
    release = current(published)
    if release is None:
        yield Finding(None, "no release yet; `unwind run` makes the first one")
        return
    folder = released_folder(published, release.release_id)
    receipt = read_receipt(folder)
    if receipt is None:
        yield Finding(False, f"release {release.release_id} has lost its receipt: roll back")
        return
    damage = list(differences(folder, receipt))
    yield Finding(not damage, f"files of release {release.release_id} are {'; '.join(damage) or 'as audited'}")
    link = published / "unwind.duckdb"
    yield Finding(link.resolve() == (folder / "unwind.duckdb").resolve(), f"{link} leads to it")
    yield Finding(release.release_id in published_ids(published), "the ledger knows it")
    stray = sorted(path.name for path in folder.glob("*.wal"))
    yield Finding(not stray, f"write-ahead logs beside it: {', '.join(stray) or 'none'}")
    yield Finding(None, f"made {release.created_at:%Y-%m-%d %H:%MZ}, answers as of {release.as_of_at:%Y-%m-%d %H:%MZ}")


def _files(places: Places) -> Iterator[Finding]:
    """Every Parquet file can be opened, and no writer left something behind."""
    files = [path for folder in (places.capture, places.raw) for path in folder.rglob("*.parquet")]
    broken = []
    for path in files:
        try:
            pq.read_metadata(path)
        except Exception as error:  # whatever it is, the file is what the user must know
            broken.append(f"{path}: {error}")
    if files:
        told = f"{len(broken)} cannot be read: {broken[0]}" if broken else "all readable"
        yield Finding(not broken, f"{places.scope}: {len(files)} Parquet files, {told}")
    leftovers = [path for path in places.home.rglob(".*.part") if "cases" not in path.relative_to(places.home).parts]
    if leftovers:
        yield Finding(None, f"{places.scope}: {len(leftovers)} half-written files of killed runs; nobody reads them")


def _cases(data_dir: Path) -> list[Places]:
    return [Places(data_dir, folder.name) for folder in sorted((data_dir / "cases").glob("*"))]
