"""The server of deploy/ as plain processes: its memory is in Postgres, and only this machine reaches it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from tests.end_to_end.children import BIN, Machine
from tests.end_to_end.questions import ask_one
from tests.loopback.exchange import Exchange
from tests.soak.postgres import Postgres
from tests.soak.server import Server

pytestmark = [pytest.mark.soak, pytest.mark.timeout(600)]
PATIENCE_SECONDS = 300.0
ENDED = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE)


def test_a_tick_becomes_a_run_in_postgres_and_a_release(postgres: Postgres, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with (
        Exchange(now=now) as exchange,
        Server(Machine(tmp_path), postgres, UNWIND_MIRROR=exchange.url) as server,
    ):
        migrated = server.run(str(BIN / "dagster"), "instance", "migrate")
        assert migrated.returncode == 0, migrated.stderr
        server.switch_on_the_morning(now)
        server.start("code")
        server.wait_for_the_code()
        server.start("webserver")
        server.start("daemon")
        server.wait_for_the_ui()
        _only_this_machine_reaches(server)
        run = _wait_for_a_run(server)
        assert run.status is dg.DagsterRunStatus.SUCCESS, server.told()
        assert run.tags["dagster/schedule_name"] == "daily"
        assert _asked_over_http(server, "{ runsOrError { ... on Runs { results { status } } } }") == {
            "runsOrError": {"results": [{"status": "SUCCESS"}]}
        }
        with server.instance() as instance:
            key = dg.AssetKey(["raw", "binance_vision", "spot_klines_1h"])
            landed = instance.get_materialized_partitions(key)
        assert len(landed) == 3, "every day of the run stands in the log that stores them together"
        assert postgres.ask("select status from runs") == [["SUCCESS"]]
        assert int(postgres.ask("select count(*) from event_logs")[0][0]) > 100
        assert postgres.ask("select status from job_ticks where status = 'SUCCESS'") == [["SUCCESS"]]
        assert ask_one(server.machine.database, "select scope from meta.releases") == "live"
        assert server.machine.hosts_sought() == []
        written = [path.name for path in server.etc.rglob("*") if path.is_file()]
    assert sorted(written) == ["dagster.yaml", "workspace.yaml"], "its folder may be read-only"
    assert postgres.password not in server.told()


def _wait_for_a_run(server: Server) -> dg.DagsterRun:
    deadline = time.monotonic() + PATIENCE_SECONDS
    with server.instance() as instance:
        while time.monotonic() < deadline:
            if (runs := instance.get_runs()) and runs[0].status in ENDED:
                return runs[0]
            time.sleep(1)
    raise AssertionError(f"no run ended\n{server.told()}")


def _asked_over_http(server: Server, query: str) -> object:
    request = urllib.request.Request(
        f"{server.url}/graphql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["data"]


def _only_this_machine_reaches(server: Server) -> None:
    """Its ports are on loopback: any other address of this machine refuses."""
    others = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout.split()
    # All of 127/8 is this machine, and 127.0.0.1 is the one that is listened on.
    for address in ("127.0.0.2", *(other for other in others if ":" not in other)):
        for port in (server.ui_port, server.code_port):
            # By a Python of its own, since this one may not leave loopback.
            script = f"import socket; socket.create_connection(({address!r}, {port}), 3)"
            tried = subprocess.run(
                [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=False, timeout=20
            )
            assert "ConnectionRefusedError" in tried.stderr, (address, port, tried.stderr)
