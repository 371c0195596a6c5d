"""Landing is killed outright at random moments: what is stored is always whole, and the next landing goes on.

Kills of a publication are in tests/orchestration.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

from ingestion.capture import CAPTURE_SCHEMA, CaptureStore
from ingestion.coverage import landed_days
from ingestion.http import LiveClient
from ingestion.ingest import ingest
from ingestion.landing import raw_schema
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window
from tests.end_to_end.children import Machine
from tests.end_to_end.tireless import DATASETS, FIRST_DAY, ONE_DAY
from tests.loopback.exchange import Exchange

# The promise is 200 kills: `make test-soak`.
KILLS = int(os.environ.get("UNWIND_TEST_KILLS", "20"))
LONGEST_LIFE_SECONDS = 0.3


@contextmanager
def tireless(machine: Machine, mirror: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.end_to_end.tireless", str(machine.data), mirror],
        env=machine.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.long
@pytest.mark.xdist_group("kill")
def test_kills_leave_whole_files_and_the_next_landing_completes(tmp_path: Path) -> None:
    machine, chance = Machine(tmp_path), random.Random(20260205)
    half_written: set[Path] = set()
    with Exchange(now="2026-12-31T12:00:00") as exchange:
        with tireless(machine, exchange.url) as process:
            for _ in range(KILLS):
                print(file=process.stdin, flush=True)
                child = int(_line(process))
                time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
                os.kill(child, signal.SIGKILL)
                assert _line(process) == "killed"
                half_written |= set(machine.data.rglob("*.part"))
                _read_everything(machine.data)
        # The last one killed may have captured a day that it did not come to land.
        reached = Window(FIRST_DAY, _last_day(machine.data) + ONE_DAY)
        _land(machine.data, exchange.url, reached)
        _land(tmp_path / "unhurt", exchange.url, reached)
    for dataset in DATASETS:
        business = [column.name for column in dataset.columns]
        hurt, unhurt = (_rows(data, dataset.key).select(business) for data in (machine.data, tmp_path / "unhurt"))
        assert set(landed_days(machine.data / "raw", dataset)["facts"]) == {dataset.expected_per_day}
        assert hurt.sort(pl.all()).equals(unhurt.sort(pl.all()))
    assert half_written, "no kill came between the first byte of a file and its last"
    assert sorted(machine.data.rglob("*.part")) == [], "the next landing clears up after a killed one"
    _read_everything(machine.data)


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _last_day(data: Path) -> date:
    return max(landed_days(data / "raw", dataset)["day"].max() or FIRST_DAY for dataset in DATASETS)


def _read_everything(data: Path) -> None:
    """Read every stored file to its end; each must have the schema it was meant to have."""
    for dataset in DATASETS:
        folder = data / "raw" / dataset.source / dataset.name
        for path in folder.glob("*.parquet"):
            assert pq.ParquetFile(path).read().schema.equals(raw_schema(dataset)), path
        if any(folder.glob("*.parquet")):
            # As dbt reads it: one glob, which must pick up nothing half-written.
            duckdb.sql(f"select count(*) from read_parquet('{folder}/*.parquet')").fetchall()
        for path in (data / "capture" / dataset.source / dataset.name).glob("*.parquet"):
            assert pq.ParquetFile(path).read().schema.equals(CAPTURE_SCHEMA), path
        CaptureStore(data / "capture").read(dataset.source, dataset.name)  # compares bodies with their hashes


def _land(data: Path, mirror: str, window: Window) -> None:
    settings = Settings(data_dir=data, mirror=mirror, retry_wait_seconds=0.005)
    for dataset in DATASETS:
        with LiveClient(settings) as client:
            report = ingest(dataset, window, client, Places(data))
        assert report.missing_days == []
        assert report.failures == report.unreadable == []


def _rows(data: Path, key: str) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path) for path in (data / "raw" / key).glob("*.parquet")])
