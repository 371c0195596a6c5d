"""A real Superset on this machine: the bootstrap fits its interface, its charts get rows, and a publication is seen.

`make superset` sets it up; elsewhere UNWIND_SUPERSET_PROGRAMS names the folder of its programs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.settings import Settings
from orchestration.release import publish
from orchestration.superset.api import Superset, SupersetRefused
from orchestration.superset.bootstrap import bootstrap
from orchestration.superset.dashboard import CHARTS
from orchestration.superset.server import USER, Server
from tests.orchestration.good_warehouse import PROJECT
from tests.orchestration.releasing import facts, sealed
from tests.soak.postgres import free_port

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]
# Read before any test: settings of the outside are taken away from tests.
PROGRAMS = Path(os.environ.get("UNWIND_SUPERSET_PROGRAMS", PROJECT / ".venv-superset" / "bin")).absolute()


@dataclass
class Shown:
    """A Superset that shows release r1 of a small case; `superset` is signed in."""

    folder: Path
    server: Server
    superset: Superset

    @property
    def published(self) -> Path:
        return self.folder / "published"

    def rows(self, table: str, columns: list[str], metrics: list[str] | None = None) -> list[dict[str, Any]]:
        """What a chart of these gets."""
        schema, _, name = table.partition(".")
        dataset = self.superset.find("dataset", schema=schema, table_name=name)
        body = {
            "datasource": {"id": dataset, "type": "table"},
            "queries": [{"columns": columns, "metrics": metrics, "row_limit": 100}],
        }
        return list(self.superset.call("POST", "chart/data", body)["result"][0]["data"])


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    if not (PROGRAMS / "superset").exists():
        pytest.skip("no Superset in .venv-superset: `make superset` sets it up")
    folder = tmp_path_factory.mktemp("superset")
    sealed(folder, "r1", is_whole=True, given=facts("r1", scope="case:feb_2026"))
    publish(folder / "published", "r1")
    with (
        Server(PROGRAMS, folder / "superset", free_port(), Settings()) as server,
        Superset(server.url, USER, server.password) as superset,
    ):
        bootstrap(superset, folder / "published")
        yield Shown(folder, server, superset)


def test_a_second_run_changes_nothing(shown: Shown) -> None:
    with Superset(shown.server.url, USER, shown.server.password) as superset:
        bootstrap(superset, shown.published)
    assert set(superset.done) == {"unchanged"}


def test_every_chart_can_be_asked(shown: Shown) -> None:
    for chart in CHARTS:
        if chart.time:
            shown.rows(chart.table, [*chart.by, "provenance"], [metric.column for metric in chart.metrics])
        else:
            shown.rows(chart.table, chart.more["all_columns"])
    [price] = shown.rows("marts.fct_price_composite_hourly", ["provenance"], ["close_price_usd"])
    with duckdb.connect(str(shown.published / "unwind.duckdb"), read_only=True) as connection:
        last = "select arg_max(close_price_usd, period_start_at) from marts.fct_price_composite_hourly"
        assert connection.execute(last).fetchall() == [(price["close_price_usd"],)]


def test_nothing_can_be_reached_from_its_sql(shown: Shown) -> None:
    database = shown.superset.find("database", database_name="unwind")
    for attack in ("select * from read_text('/etc/hostname')", "copy (select 1) to 'here.csv'", "set threads = 9"):
        body = {"database_id": database, "sql": attack, "runAsync": False}
        with pytest.raises(SupersetRefused):
            shown.superset.call("POST", "sqllab/execute/", body)
    assert not list(shown.folder.rglob("here.csv"))


def test_a_publication_is_seen_by_the_next_question(shown: Shown) -> None:
    assert [row["release_id"] for row in shown.rows("meta.releases", ["release_id"])] == ["r1"]
    sealed(shown.folder, "r2", is_whole=True, given=facts("r2", scope="case:feb_2026"))
    publish(shown.published, "r2")
    assert [row["release_id"] for row in shown.rows("meta.releases", ["release_id"])] == ["r2"]


def test_what_it_keeps_is_for_its_owner_alone(shown: Shown) -> None:
    assert shown.server.home.stat().st_mode & 0o777 == 0o700
    for name in ("secret_key", "password"):
        assert (shown.server.home / name).stat().st_mode & 0o777 == 0o600
    assert shown.server.password not in shown.server.log.read_text()
