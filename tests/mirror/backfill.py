"""Land everything that needs no key, as a child whose time and memory are its own: python -m tests.mirror.backfill.

Arguments: first day, last day. Where and from whom is told by the environment, as for any run.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from ingestion.contract import load_contracts
from ingestion.http import LiveClient
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.together import ingest_all
from ingestion.windows import Window
from tests.conftest import PROJECT
from tests.mirror.server import Mirror

FIRST, LAST, NEXT = "2026-05-21", "2026-07-19", "2026-07-20"
DAYS = 60


@dataclass(frozen=True)
class UnderWay:
    """A first backfill that was begun."""

    mirror: Mirror
    data_dir: Path
    child: subprocess.Popen[str]


def begin(
    mirror: Mirror, data_dir: Path, first: str, last: str, now: datetime, **settings: str
) -> subprocess.Popen[str]:
    mirror.now(now)
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("UNWIND_", "DAGSTER_"))}
    ours = {"UNWIND_MIRROR": mirror.url, "UNWIND_DATA_DIR": str(data_dir), "UNWIND_RETRY_WAIT_SECONDS": "0.005"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.mirror.backfill", first, last],
        env=kept | ours | settings | {"PYTHONPATH": str(PROJECT)},
        cwd=data_dir.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def end(child: subprocess.Popen[str]) -> dict[str, Any]:
    told, trouble = child.communicate(timeout=280)
    assert child.returncode == 0, trouble
    return dict(json.loads(told))


def main(first: str, last: str) -> None:
    began = monotonic()
    settings = Settings()
    asked: dict[str, object] = {}
    with LiveClient(settings) as client:
        window = Window(date.fromisoformat(first), date.fromisoformat(last))
        for dataset, report in ingest_all(load_contracts(), window, client, Places(settings.data_dir)):
            if isinstance(report, Exception):
                raise report
            if report.not_asked is None:
                asked[dataset.key] = {"rows": report.rows, "failures": report.failures, "notices": report.notices}
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "wall_seconds": monotonic() - began,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * 1024,
        "asked": asked,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
