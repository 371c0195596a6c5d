"""Somebody is told of what is new, once, and of its end; what could not be delivered is told again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import duckdb
import orjson
import pytest
from typer.testing import CliRunner

from ingestion.contract import find
from ingestion.ingest import IngestReport
from ingestion.places import Places
from ingestion.refusals import Refusal, Refusals
from orchestration import landing_log
from orchestration.cli import app
from orchestration.release_manifest import ReleaseManifest

NOW = datetime(2026, 2, 20, 12)
SPOT = find("binance_vision/spot_klines_1h")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("UNWIND_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("UNWIND_NOW", NOW.isoformat())
    return Places(tmp_path)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The bodies an address on this machine was sent; the monkeypatched setting points there."""
    bodies: list[str] = []

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["message"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("UNWIND_ALERT_URLS", f"json://127.0.0.1:{server.server_port}/desk")
    yield bodies
    server.shutdown()
    server.server_close()


def publish(places: Places, **changes: object) -> None:
    """A release as far as alerts read it: its manifest and its scoreboard."""
    folder = places.published / "releases" / "r1"
    folder.mkdir(parents=True, exist_ok=True)
    plain = ReleaseManifest(
        "r1", NOW, NOW, "live", date(2026, 2, 18), date(2026, 2, 19), "1", "measured", False, (), (), {}
    )  # fmt: skip
    replace(plain, **changes).write(folder)
    with duckdb.connect(str(folder / "unwind.duckdb")) as connection:
        connection.execute("create schema if not exists marts")
        connection.execute(
            "create table if not exists marts.fct_condition_scoreboard "
            "(condition_id varchar, title varchar, status varchar, reason varchar, is_newest boolean)"
        )
    for name, target in (("latest", "releases/r1"), ("unwind.duckdb", "latest/unwind.duckdb")):
        if not (places.published / name).is_symlink():
            (places.published / name).symlink_to(target)


def condition(places: Places, status: str) -> None:
    with duckdb.connect(str(places.published / "unwind.duckdb")) as connection:
        connection.execute("delete from marts.fct_condition_scoreboard")
        connection.execute(
            "insert into marts.fct_condition_scoreboard values ('R3', 'ETF outflow', $1, 'Five sessions.', true)",
            [status],
        )


def tell(*flags: str) -> tuple[int, str]:
    typed = CliRunner().invoke(app, ["alerts", *flags])
    return typed.exit_code, typed.output


def test_an_empty_data_folder_has_nothing_to_tell(places: Places) -> None:
    assert tell() == (0, "nothing new\n")


def test_a_blocked_host_is_told_once_and_so_is_its_end(places: Places, heard: list[str]) -> None:
    refusals = Refusals(places.data_dir / "hosts")
    refusals.remember(Refusal("api.example.org", "451 for this country", NOW, None))
    assert tell()[0] == 0
    assert tell() == (0, "nothing new\n")
    assert len(heard) == 1
    assert "api.example.org is not asked" in heard[0]
    refusals.forget("api.example.org")
    assert tell()[0] == 0
    assert heard[1:] == ["over: blocked api.example.org"]


def test_a_dry_run_tells_nobody_and_remembers_nothing(places: Places, heard: list[str]) -> None:
    Refusals(places.data_dir / "hosts").remember(Refusal("api.example.org", "banned", NOW, None))
    first, second = tell("--dry-run"), tell("--dry-run")
    assert first == second
    assert "api.example.org" in first[1]
    assert "1 alert(s), not sent" in first[1]
    assert heard == []


def test_what_nobody_took_is_told_again(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    Refusals(places.data_dir / "hosts").remember(Refusal("api.example.org", "banned", NOW, None))
    code, said = tell()
    assert code == 1
    assert "UNWIND_ALERT_URLS" in said
    monkeypatch.setenv("UNWIND_ALERT_URLS", "json://user:secret-word@127.0.0.1:9/nobody")
    code, said = tell()
    assert code == 1
    assert "told again" in said
    assert "secret-word" not in said


def test_a_source_is_late_when_its_last_landing_is_too_long_ago(places: Places, heard: list[str]) -> None:
    landing_log.save(IngestReport(SPOT.key), "run", NOW - timedelta(hours=59), places)
    assert tell() == (0, "nothing new\n")
    landing_log.save(IngestReport(SPOT.key), "run", NOW - timedelta(hours=61), places)
    assert tell()[0] == 0
    assert heard == [f"{SPOT.key} was last landed 61 hours ago and should be every day"]


def test_a_degraded_release_is_news_when_other_sources_degrade_it(places: Places, heard: list[str]) -> None:
    publish(places, is_degraded=True, degraded_reasons=("a/b: no data for 2026-02-18",))
    tell()
    publish(places, is_degraded=True, degraded_reasons=("a/b: no data for 2026-02-19",))
    tell()
    assert len(heard) == 1
    publish(places, is_degraded=True, degraded_reasons=("a/b: no data", "c/d: 503"))
    tell()
    assert "c/d: 503" in heard[1]


def test_a_refused_candidate_is_told_until_a_release_succeeds(places: Places, heard: list[str]) -> None:
    publish(places)
    folder = places.published / "rejected" / "r2"
    folder.mkdir(parents=True)
    body = {"release_id": "r2", "refused_at": (NOW + timedelta(hours=1)).isoformat(), "reasons": ["shrink: 40 % gone"]}
    (folder / "refusal.json").write_bytes(orjson.dumps(body))
    tell()
    assert heard == ["release r2 was refused: shrink: 40 % gone"]
    publish(places, created_at=NOW + timedelta(hours=2))
    tell()
    assert heard[1:] == ["over: refused r2"]


def test_a_condition_is_news_when_it_flips(places: Places, heard: list[str]) -> None:
    publish(places)
    condition(places, "met")
    assert tell() == (0, "nothing new\n")
    condition(places, "not_met")
    tell()
    assert heard == ["R3 ETF outflow: not_met. Five sessions. (was: met)"]
