"""Imports Great Expectations, which costs more than running it: in the audit only, and only what it needs."""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from orchestration.garbage import collector_paused

# Needed by expectations about distributions alone, yet imported with the library: 0.7 of its 2 CPU seconds.
_SELDOM_NEEDED = ("scipy.stats", "altair")


def great_expectations() -> ModuleType:
    """The library, loaded at half its usual cost, with analytics and progress bars off."""
    loaded = sys.modules.get("great_expectations")
    if loaded is not None:
        return loaded
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with _deferred(_SELDOM_NEEDED), collector_paused():
        library = importlib.import_module("great_expectations")
    # Progress bars are off, but tqdm would still make a lock between processes for them.
    importlib.import_module("tqdm").tqdm.set_lock(threading.RLock())
    return library


class _Deferred(ModuleType):
    """Stands for a module until one of its names is asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def _deferred(names: tuple[str, ...]) -> Iterator[None]:
    """Hand out stand-ins while the block imports; everybody else gets the real modules."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _Deferred(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            if isinstance(sys.modules.get(name), _Deferred):
                del sys.modules[name]
