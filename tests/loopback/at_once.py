"""The pace of a host that may be asked as fast as one can: one that runs here, for a test or a measurement."""

from __future__ import annotations


class AtOnce:
    """Stands for ingestion.pace.HostPace and never waits."""

    def __init__(self, *_: object) -> None: ...

    def wait(self, weight: int = 1) -> float:
        return 0.0

    def observe(self, *_: object) -> None: ...
