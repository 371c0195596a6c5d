"""Who wants to hear how far a landing is. The command line listens; a daemon has nobody to tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_listener: Callable[[str, int, int], None] | None = None


def tell(what: str, done: int, total: int) -> None:
    """Report that `done` of `total` questions of a dataset are dealt with."""
    if _listener:
        _listener(what, done, total)


@contextmanager
def listening(listener: Callable[[str, int, int], None]) -> Iterator[None]:
    """Send progress to `listener` while the block runs."""
    global _listener
    _listener = listener
    try:
        yield
    finally:
        _listener = None
