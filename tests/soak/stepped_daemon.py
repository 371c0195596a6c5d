"""Dagster's own daemon, but the time it schedules by is told by the mirror, so that days pass when the mirror's do.

Everything else is as it always is: runs are processes of the code server, and take the mirror's clock by themselves.
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from datetime import UTC, datetime

import dagster._time
from dagster._daemon.cli import main

# Its loops ask for the time many times a second.
GOOD_FOR_SECONDS = 0.2


class MirrorClock:
    """The mirror's frozen moment, read anew every fifth of a second."""

    def __init__(self, mirror: str) -> None:
        self._address = f"{mirror}/__mirror/status"
        self._read_at = -1.0
        self._now = datetime.now(UTC)

    def __call__(self) -> datetime:
        if time.monotonic() - self._read_at > GOOD_FOR_SECONDS:
            with urllib.request.urlopen(self._address, timeout=10) as answer:
                self._now = datetime.fromisoformat(json.load(answer)["now"]).astimezone(UTC)
            self._read_at = time.monotonic()
        return self._now


if __name__ == "__main__":
    clock = MirrorClock(os.environ["UNWIND_MIRROR"])
    dagster._time._mockable_get_current_datetime = clock
    dagster._time._mockable_get_current_timestamp = lambda: clock().timestamp()
    main()
