"""Adding a dataset is three files and no other edit, as docs/add_a_source.md says: done in a copy of the project."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.children import BIN, PROJECT, Machine
from tests.loopback.exchange import SERVED

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("added")]
ADDED = Path(__file__).parent / "added_dataset"
STAGING = "dbt_project/models/staging/alternative_me"
THREE_FILES = {
    "_alternative_me.yml": f"{STAGING}/_alternative_me.yml",
    "alternative_me.py": "ingestion/sources/alternative_me.py",
    "stg_alternative_me__fear_and_greed.sql": f"{STAGING}/stg_alternative_me__fear_and_greed.sql",
}


class Host(BaseHTTPRequestHandler):
    """Answers every question with the payload, and for the clock with the day after."""

    def do_GET(self) -> None:
        is_clock = self.path == "/__mirror/status"
        body = b'{"now": "2026-02-06T12:00:00Z"}' if is_clock else (ADDED / "payload.json").read_bytes()
        self.send_response(200 if is_clock or self.path == "/api.alternative.me/fng/?limit=0" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence."""


@contextmanager
def host() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as somebody would check it out, with the three files added."""
    root = tmp_path_factory.mktemp("added") / "project"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "ingestion", "orchestration", "dbt_project"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (PROJECT / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, root / name)
    (root / STAGING).mkdir()
    for name, target in THREE_FILES.items():
        assert not (root / target).exists()
        shutil.copy(ADDED / name, root / target)
    return root


@pytest.fixture(scope="module")
def seen(copied: Path) -> dict[str, Any]:
    machine = Machine(copied.parent, checkout=copied)
    with host() as mirror:
        child = machine.run(
            BIN / "python",
            "-W",
            "ignore",
            ADDED / "look.py",
            UNWIND_MIRROR=mirror,
            UNWIND_SOURCES=f"{SERVED},alternative_me",
        )
    assert child.returncode == 0, child.stdout + child.stderr
    assert machine.hosts_sought() == []
    found: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    assert all(Path(file).is_relative_to(copied) for file in found["code"]), "the checkout was looked at, not its copy"
    return found


def test_the_asset_its_group_its_checks_and_what_follows_from_it_are_there(seen: dict[str, Any]) -> None:
    assert seen["group"] == "stress"
    assert seen["description"] == "One row per UTC day, from 0 (extreme fear) to 100 (extreme greed)."
    assert seen["upstream_of"] == ["staging/stg_alternative_me__fear_and_greed"]
    assert set(seen["checks"]) == {"complete", "readable"}


def test_its_rows_are_landed_and_the_contract_is_enforced(seen: dict[str, Any]) -> None:
    assert seen["rows"] == 3
    assert seen["quarantined"] == {"index outside 0 to 100": 1}
    assert seen["missing_days"] == ["2026-02-03"]
    assert seen["checks"] == {"readable": True, "complete": False}


def test_its_staging_view_answers(seen: dict[str, Any]) -> None:
    assert seen["dbt_succeeded"]
    assert seen["view"] == [
        ["2026-02-02", 17.0, "measured"],
        ["2026-02-04", 14.0, "measured"],
        ["2026-02-05", 12.0, "measured"],
    ]


def test_its_licence_freshness_and_lineage_go_into_the_next_release(seen: dict[str, Any]) -> None:
    assert seen["licences"] == ["vendor-terms"]
    assert seen["freshness"] == [3]
    assert seen["captures"] == ["https://api.alternative.me/fng/?limit=0"]
