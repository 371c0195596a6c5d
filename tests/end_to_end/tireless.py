"""A process that lands day after day until it is killed. Imports once, then forks a fresh child per line of its input.

Usage: python -m tests.end_to_end.tireless DATA MIRROR. Every line is answered by a child with its process id, just
before it starts to land, and by "killed" when that has happened.
"""

from __future__ import annotations

import os
import sys
from datetime import date, timedelta
from pathlib import Path

from ingestion.contract import find
from ingestion.http import LiveClient
from ingestion.ingest import ingest
from ingestion.landing import landed_days
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window

FIRST_DAY = date(2026, 1, 1)
DATASETS = tuple(find(key) for key in ("binance_vision/spot_klines_1h", "binance_vision/um_metrics_5m"))


def land_for_ever(data: Path, mirror: str) -> None:
    """Go on with the day after the last one landed."""
    places = Places(data)
    with LiveClient(Settings(data_dir=data, mirror=mirror, retry_wait_seconds=0.005)) as client:
        print(os.getpid(), flush=True)
        while True:
            for dataset in DATASETS:
                last = max(landed_days(places.raw, dataset), default=FIRST_DAY - timedelta(days=1))
                day = last + timedelta(days=1)
                ingest(dataset, Window(day, day), client, places)


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
