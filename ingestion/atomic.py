"""Writing a file so that nobody ever sees half of it, whatever kills the writer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path


def write_atomically(target: Path, write: Callable[[Path], object], *, is_private: bool = False) -> None:
    """Let `write` fill a hidden sibling, then move it over `target`.

    The name starts with a dot and ends in `.part`, so no `*.parquet` glob ever picks it up. Both the file and
    its folder are synced: a rename that the disk forgets would be a lost partition. A private file is for its owner
    alone, from its first byte on.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    # Two threads of one process may write the same file, such as the refusal of a host that both asked.
    part = target.parent / f".{target.name}.{threading.get_ident()}.{os.getpid()}.part"
    try:
        if is_private:
            part.touch(mode=0o600)
        write(part)
        sync(part)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    sync(target.parent)


def sync(path: Path) -> None:
    """Make a file's content, or the renames inside a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path) -> list[Path]:
    """Delete `.part` files of writers that are no longer alive; returns what was removed."""
    removed = []
    for part in folder.rglob(".*.part"):
        pid = part.name.removesuffix(".part").rpartition(".")[2]
        if not (pid.isdigit() and is_alive(int(pid))):
            part.unlink(missing_ok=True)
            removed.append(part)
    return removed


def is_alive(pid: int) -> bool:
    """Whether a process of this number runs here."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
