"""Taking turns: what two processes of one machine may not do at once. The kernel ends the turn of one that dies."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(folder: Path) -> Iterator[None]:
    """Hold `folder/.turn` alone; whoever else asks waits."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".turn").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
