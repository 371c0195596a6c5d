"""A real Dagster daemon ticks the morning schedule, and readers have a release.

The schedule is switched on as of a moment before its last tick, so that this tick is due and the daemon catches up.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, ScheduleInstigatorData
from dagster._core.workspace.load_target import ModuleTarget

from ingestion.settings import Settings
from orchestration.instance import dagster_home
from orchestration.run_scope import RANGE_END, RANGE_START
from tests.end_to_end.children import BIN, Machine
from tests.end_to_end.questions import ask
from tests.loopback.exchange import Exchange

MODULE, CRON = "orchestration.definitions", "30 9 * * *"
PATIENCE_SECONDS = 150.0


@pytest.mark.long
@pytest.mark.xdist_group("daemon")
def test_a_daemon_ticks_the_morning_schedule_into_a_release(tmp_path: Path, parsed_project: Path) -> None:
    machine, now = Machine(tmp_path), datetime.now(UTC)
    last_tick = now.replace(hour=9, minute=30, second=0, microsecond=0)
    last_tick -= timedelta(days=int(last_tick > now))
    with Exchange(now=now) as exchange:
        settings = {
            "DAGSTER_HOME": str(tmp_path / "dagster"),
            "UNWIND_MIRROR": exchange.url,
            "DO_NOT_TRACK": "1",
        }
        with patch.dict(os.environ, machine.environment(**settings)):
            dagster_home(Settings())
            _switch_on("daily", last_tick - timedelta(seconds=1))
            with _daemon(machine, settings) as log:
                _wait_for(machine.database, log)
                _wait_for_the_run_to_end(log)
            with dg.DagsterInstance.get() as instance:
                run = instance.get_runs()[-1]  # newest first, and the next morning may have come meanwhile
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert run.tags["dagster/schedule_name"] == "daily"
    days = [(last_tick - timedelta(days=back)).date().isoformat() for back in (3, 1)]
    assert [run.tags[RANGE_START], run.tags[RANGE_END]] == days
    assert ask(machine.database, "select scope, provenance, is_degraded from meta.releases") == [
        ("live", "measured", False)
    ]
    landed = ask(machine.database, "select distinct cast(observed_date as varchar) from marts.fct_price_daily")
    assert {(day,) for day in days} <= set(landed)
    assert machine.hosts_sought() == []


def _switch_on(schedule: str, since: datetime) -> None:
    """What the switch in the UI does, but in the past."""
    (location,) = ModuleTarget(MODULE, None, None, None).create_origins()
    origin = RemoteRepositoryOrigin(location, "__repository__").get_instigator_origin(schedule)
    data = ScheduleInstigatorData(CRON, since.timestamp())
    with dg.DagsterInstance.get() as instance:
        instance.add_instigator_state(InstigatorState(origin, InstigatorType.SCHEDULE, InstigatorStatus.RUNNING, data))


@contextmanager
def _daemon(machine: Machine, settings: dict[str, str]) -> Iterator[Path]:
    """A daemon and all that it starts, in a group of processes of its own that does not outlive the block."""
    log = machine.root / "daemon.log"
    with log.open("w") as told:
        process = subprocess.Popen(
            [BIN / "dagster-daemon", "run", "-m", MODULE],
            env=machine.environment(**settings),
            cwd=machine.root,
            stdout=told,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield log
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # Its code server is in the same group and would look for a heartbeat a while longer.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for(database: Path, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not database.exists():
        told = log.read_text()
        assert time.monotonic() < deadline, told[-4000:]
        assert " - RUN_FAILURE - " not in told, told[-4000:]
        time.sleep(0.2)


def _wait_for_the_run_to_end(log: Path) -> None:
    deadline = time.monotonic() + 20
    while "RUN_SUCCESS" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
