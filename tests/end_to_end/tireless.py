"""A process that lands day after day until it is killed. Imports once, then forks a fresh child per line of its input.

Usage: python -m tests.end_to_end.tireless DATA MIRROR. Every line is answered by a child with its process id, once
it is at work, and by "killed" when that has happened.
"""

from __future__ import annotations

import os
import stat
import sys
import time
from datetime import date, timedelta
from itertools import count
from pathlib import Path

import pandas  # noqa: F401  pyarrow would import it in every child

from ingestion.contract import find
from ingestion.coverage import landed_days
from ingestion.http import LiveClient
from ingestion.ingest import ingest
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window

FIRST_DAY, ONE_DAY = date(2026, 1, 1), timedelta(days=1)
SYNC_SECONDS = 0.1
DATASETS = tuple(find(key) for key in ("binance_vision/spot_klines_1h", "binance_vision/um_metrics_5m"))


def land_for_ever(data: Path, mirror: str) -> None:
    """Go on with the day after the last one landed; says its process id when it has landed one."""
    places = Places(data)
    with LiveClient(Settings(data_dir=data, mirror=mirror, retry_wait_seconds=0.005)) as client:
        for number in count():
            dataset = DATASETS[number % len(DATASETS)]
            day = (landed_days(places.raw, dataset)["day"].max() or FIRST_DAY - ONE_DAY) + ONE_DAY
            ingest(dataset, Window(day, day), client, places)
            if number == 0:
                on_a_slow_disk()
                print(os.getpid(), flush=True)


def on_a_slow_disk() -> None:
    """Let every write take long enough to be killed in: between a file's bytes and its name stands a sync."""
    sync = os.fsync

    def slow_sync(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            time.sleep(SYNC_SECONDS)
        sync(descriptor)

    os.fsync = slow_sync


def main() -> None:
    data, mirror = Path(sys.argv[1]), sys.argv[2]
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                land_for_ever(data, mirror)
            finally:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "ended by itself", flush=True)


if __name__ == "__main__":
    main()
