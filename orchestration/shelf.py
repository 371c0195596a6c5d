"""Where releases stand, and the moves between the shelves: candidates, releases, rejected, and the one link.

Every move is a rename, so a kill at any instant leaves the old state or the new. What may move is decided
in `gate.py`; the caller holds the lock.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import orjson

from ingestion.atomic import is_alive, sync
from orchestration import ledger
from orchestration.candidate import DATABASE, is_abandoned
from orchestration.identifiers import release_folder
from orchestration.receipt import MAX_AGE, read_receipt, receipt_sha256
from orchestration.release_manifest import FILE as MANIFEST
from orchestration.release_manifest import ReleaseManifest

LATEST = "latest"


def candidate_folder(published: Path, release_id: str) -> Path:
    return release_folder(published / "candidates", release_id)


def rejected_folder(published: Path, release_id: str) -> Path:
    return release_folder(published / "rejected", release_id)


def released_folder(published: Path, release_id: str) -> Path:
    return release_folder(published / "releases", release_id)


def database_of(published: Path, release_id: str) -> Path:
    return released_folder(published, release_id) / DATABASE


def current_id(published: Path) -> str | None:
    """The release that `latest` points to."""
    link = published / LATEST
    return link.readlink().name if link.is_symlink() and link.exists() else None


def shelved_ids(published: Path) -> list[str]:
    """Published releases still on the shelf, oldest publication first, each once."""
    ids = dict.fromkeys(reversed(ledger.published_ids(published)))
    return [name for name in reversed(ids) if (published / "releases" / name / MANIFEST).exists()]


def pinned_ids(published: Path) -> set[str]:
    """Releases that somebody rests on: they are never deleted to make room."""
    pinned: set[str] = set()
    for line in ledger.read(published):
        if line.get("event") == "pinned":
            pinned.add(line["release_id"])
        elif line.get("event") == "unpinned":
            pinned.discard(line["release_id"])
    return pinned


def last_release(published: Path, scope: str) -> ReleaseManifest | None:
    """What a new release of this scope is measured by: the current one, else the newest of the scope."""
    current = current_id(published)
    for release_id in ([current] if current else []) + shelved_ids(published)[::-1]:
        manifest = ReleaseManifest.read(released_folder(published, release_id))
        if manifest.scope == scope:
            return manifest
    return None


def place(folder: Path, published: Path) -> Path:
    """Make a candidate durable and read-only, and put it among the releases. Readers do not see it yet."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            sync(path)
            path.chmod(0o444)
        else:
            sync(path)
    sync(folder)
    target = released_folder(published, folder.name)
    target.parent.mkdir(exist_ok=True)
    folder.rename(target)
    sync(folder.parent)
    sync(target.parent)
    return target


def point_to(published: Path, release_id: str) -> None:
    """Swap the link: before this call readers get the old release, after it the new one."""
    # The link through `latest` comes first: dangling it shows no release, missing it would hide one.
    if not (published / DATABASE).is_symlink():
        _link(published, DATABASE, Path(LATEST) / DATABASE)
    _link(published, LATEST, Path("releases") / release_id)


def note_published(published: Path, release_id: str, at: datetime, replaced: str | None) -> None:
    """The ledger's line of a publication; it names the receipt, which names every file."""
    ledger.append(
        published,
        event="published",
        release_id=release_id,
        at=at,
        replaced=replaced,
        receipt_sha256=receipt_sha256(released_folder(published, release_id)),
    )


def reject(published: Path, release_id: str, reasons: list[str], at: datetime) -> Path:
    """Set a candidate aside, with why it was refused beside its own report."""
    folder, target = candidate_folder(published, release_id), rejected_folder(published, release_id)
    target.parent.mkdir(exist_ok=True)
    body = {"release_id": release_id, "refused_at": at.isoformat(), "reasons": reasons}
    (folder / "refusal.json").write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2))
    folder.rename(target)
    return target


def refusal_of(published: Path, release_id: str) -> list[str] | None:
    """Why a candidate was set aside; None where it was not."""
    note = rejected_folder(published, release_id) / "refusal.json"
    return list(orjson.loads(note.read_bytes())["reasons"]) if note.exists() else None


def refusals_since(published: Path, moment: datetime | None) -> Iterator[tuple[str, list[str]]]:
    """Candidates that were refused after a moment, with why; all that are kept where there is none."""
    for folder in _folders(published / "rejected"):
        note = folder / "refusal.json"
        if note.exists():
            body = orjson.loads(note.read_bytes())
            if moment is None or datetime.fromisoformat(body["refused_at"]) > moment:
                yield body["release_id"], list(body["reasons"])


def clean_up(published: Path, now: datetime) -> None:
    """Put right what killed writers left, so that every release is either published or a candidate again."""
    for link in (*published.glob(f".{LATEST}.*"), *published.glob(f".{DATABASE}.*")):
        if not _owner_is_alive(link):
            link.unlink(missing_ok=True)
    for folder in _folders(published / "candidates"):
        receipt = read_receipt(folder)
        if folder.name.startswith("."):
            if not _owner_is_alive(folder):
                shutil.rmtree(folder)
        elif receipt is None and is_abandoned(folder):
            shutil.rmtree(folder)
        elif receipt is not None and now - receipt.created_at > MAX_AGE:
            reject(published, folder.name, ["it was never published and its receipt has expired"], now)
    known, current = set(ledger.published_ids(published)), current_id(published)
    for folder in _folders(published / "releases"):
        if folder.name in known:
            continue
        if folder.name == current:
            note_published(published, folder.name, now, replaced=None)
        else:
            folder.rename(candidate_folder(published, folder.name))


def prune(published: Path, keep: int) -> list[str]:
    """Delete all but the newest `keep` releases, never the current one nor a pinned one; rejected ones likewise."""
    current, pinned = current_id(published), pinned_ids(published)
    unpinned = [name for name in shelved_ids(published) if name not in pinned]
    dropped = [name for name in unpinned[:-keep] if name != current]
    for name in dropped:
        shutil.rmtree(released_folder(published, name))
    rejected = sorted(_folders(published / "rejected"), key=lambda folder: folder.stat().st_mtime_ns)
    for folder in rejected[:-keep]:
        shutil.rmtree(folder)
    return dropped


def _link(published: Path, name: str, target: Path) -> None:
    new = published / f".{name}.{os.getpid()}"
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(published / name)
    sync(published)


def _folders(parent: Path) -> Iterator[Path]:
    return iter([path for path in sorted(parent.iterdir()) if path.is_dir()]) if parent.exists() else iter(())


def _owner_is_alive(path: Path) -> bool:
    pid = path.name.rpartition(".")[2]
    return pid.isdigit() and is_alive(int(pid))
