"""What `unwind doctor` looks at in a data folder: the release that readers see, the shelves, raw files, captures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow.parquet as pq

from ingestion.capture import CaptureStore
from ingestion.errors import UnwindError
from ingestion.large_bodies import FOLDER as ARCHIVES
from ingestion.places import Places
from orchestration.candidate import is_abandoned
from orchestration.ledger import published_ids
from orchestration.receipt import differences, read_receipt
from orchestration.release import current
from orchestration.shelf import LATEST, pinned_ids, released_folder, shelved_ids

# The highest that every client since 1.4.0 reads.
STORAGE = "v1.4.0"


class Finding(NamedTuple):
    """One thing looked at. `is_well` None: worth knowing, neither good nor bad."""

    is_well: bool | None
    text: str


def of_release(published: Path) -> Iterator[Finding]:
    """The release that readers see is the one that was audited, and every link leads to it."""
    release = current(published)
    if release is None:
        is_dangling = (published / LATEST).is_symlink()
        told = (
            f"{LATEST} leads nowhere: roll back" if is_dangling else "no release yet; `unwind run` makes the first one"
        )
        yield Finding(False if is_dangling else None, told)
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
    is_relative = all(one.is_symlink() and not one.readlink().is_absolute() for one in (link, published / LATEST))
    yield Finding(
        is_relative, "the links are relative, so the folder can be moved" if is_relative else "absolute links"
    )
    yield Finding(release.release_id in published_ids(published), "the ledger knows it")
    if not damage:
        yield _storage(folder / "unwind.duckdb")
    yield Finding(None, f"made {release.created_at:%Y-%m-%d %H:%MZ}, answers as of {release.as_of_at:%Y-%m-%d %H:%MZ}")


def of_shelves(published: Path) -> Iterator[Finding]:
    """Nothing lies about that no list knows, and no write-ahead log that would be read into a release."""
    stray = sorted(str(path.relative_to(published)) for path in published.glob("*/*/*.wal"))
    yield Finding(not stray, f"write-ahead logs beside releases: {', '.join(stray) or 'none'}")
    known, folders = set(shelved_ids(published)), sorted((published / "releases").glob("*"))
    orphans = [folder.name for folder in folders if folder.name not in known]
    yield Finding(not orphans, f"releases that the ledger does not know: {', '.join(orphans) or 'none'}")
    lost = sorted(name for name in pinned_ids(published) if name not in known)
    yield Finding(
        not lost, f"{len(pinned_ids(published))} pinned releases" + (f", gone: {', '.join(lost)}" if lost else "")
    )
    left = [folder.name for folder in sorted((published / "candidates").glob("*")) if is_abandoned(folder)]
    if left:
        yield Finding(None, f"candidates of killed runs: {', '.join(left)}; the next publication clears them")


def of_files(places: Places) -> Iterator[Finding]:
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
    ours = [path for path in places.home.rglob(".*.part") if "cases" not in path.relative_to(places.home).parts]
    if ours:
        yield Finding(None, f"{places.scope}: {len(ours)} half-written files of killed runs; nobody reads them")


def of_captures(places: Places, is_deep: bool) -> Iterator[Finding]:
    """Every archive that a capture names is there; with `is_deep` every answer still has its hash."""
    store = CaptureStore(places.capture)
    named: dict[str, int] = {}
    for path in places.capture.glob("*/*/*.parquet"):
        try:
            rows = pq.read_table(path, columns=["archive_path", "archive_bytes"], partitioning=None).to_pylist()
        except Exception:  # noqa: S112  told by of_files
            continue
        named |= {row["archive_path"]: row["archive_bytes"] for row in rows if row["archive_path"]}
    wrong = [
        name
        for name, size in named.items()
        if not (path := places.capture / name).is_file() or path.stat().st_size != size
    ]
    if named:
        told = f"{len(wrong)} missing or cut short, e.g. {min(wrong)}" if wrong else "all there"
        yield Finding(not wrong, f"{places.scope}: {len(named)} archived answers, {told}")
    stored = {f"{ARCHIVES}/{path.name}" for path in (places.capture / ARCHIVES).glob("[!.]*")}
    if orphans := stored - set(named):
        yield Finding(
            None, f"{places.scope}: {len(orphans)} archives that no capture names, of runs killed before noting"
        )
    if is_deep and store.datasets():
        yield _hashes(places.scope, store)


def _hashes(scope: str, store: CaptureStore) -> Finding:
    """Bit rot: read every body and hash it."""
    read, rotten = 0, []
    for source, dataset in store.datasets():
        try:
            read += len(store.read(source, dataset))
        except UnwindError as error:
            rotten.append(f"{source}/{dataset}: {error}")
    told = "; ".join(rotten) or f"all {read} have the bytes that came"
    return Finding(not rotten, f"{scope}: captured answers hashed anew, {told}")


def _storage(database: Path) -> Finding:
    """Older clients, which many tools bring along, can read the file."""
    with duckdb.connect(str(database.resolve()), read_only=True) as connection:
        rows = connection.execute(
            "select tags from duckdb_databases() where database_name = current_database()"
        ).fetchall()
    found = str(rows[0][0].get("storage_version", "unknown"))
    return Finding(
        found.startswith(STORAGE), f"its storage version is {found}; every client since {STORAGE} reads that"
    )
