"""The process of a run is killed while it builds, as the kernel does when memory runs out: nothing in it can say so."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.warehouse import DATABASE
from tests.end_to_end.children import Machine
from tests.end_to_end.questions import ask_one
from tests.loopback.exchange import Exchange
from tests.soak.postgres import Postgres
from tests.soak.server import Server

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
PATIENCE_SECONDS = 400.0
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)


def test_run_monitoring_tells_of_it_and_another_run_builds_from_the_start(postgres: Postgres, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with (
        Exchange(now=now) as exchange,
        Server(Machine(tmp_path), postgres, UNWIND_MIRROR=exchange.url) as server,
        server.instance() as instance,
    ):
        server.switch_on_the_morning(now)
        server.start("code")
        server.wait_for_the_code()
        server.start("daemon")
        warehouse = server.machine.data / "warehouse"
        _wait_until((warehouse / "building" / DATABASE).exists, server, "nothing was built")
        [worker] = server.runs_of()
        os.kill(worker, signal.SIGKILL)
        assert not server.machine.database.exists()
        _wait_until(lambda: len(_ended(instance)) == 2, server, "the killed run was not started again")
        again, killed = _ended(instance)
        assert [killed.status, again.status] == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS], (
            server.told()
        )
        assert again.parent_run_id == killed.run_id
        assert ask_one(server.machine.database, "select scope from meta.releases") == "live"
        builds = [path.name for path in warehouse.iterdir() if path.is_dir()]
        assert killed.run_id not in builds
        assert again.run_id in builds
        assert "building" not in builds


def _ended(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Newest first."""
    return [run for run in instance.get_runs() if run.status in ENDED]


def _wait_until(is_so: Callable[[], bool], server: Server, else_what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"{else_what}\n{server.told()}"
        time.sleep(0.1)
