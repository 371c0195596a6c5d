"""One writer at a time on the published folder: a lock that the kernel takes back when its holder dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.refusals import ReleaseLocked

# A publication takes well under a second, so a second writer usually only has to wait its turn.
PATIENCE_SECONDS = 3.0


@contextmanager
def release_lock(published: Path, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold `published/.lock`. Raises ReleaseLocked, naming the holder, after waiting in vain."""
    published.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + patience_seconds
    with (published / ".lock").open("a+") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise ReleaseLocked(_holder(published)) from None
                time.sleep(0.05)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _holder(published: Path) -> int | None:
    text = (published / ".lock").read_text().strip()
    return int(text) if text.isdigit() else None
