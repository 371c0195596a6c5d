"""The rollups' queries as dbt compiles them for DuckDB, a world of raw for them, and a Spark cluster."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from dbt_project.elsewhere import DBT
from orchestration.manifest import PARSE, manifest_path
from orchestration.warehouse import environment
from tests.bench.made_trades import generate
from tests.dbt.raw_factory import DBT_PROJECT, Raw, build_raw
from tests.distributed.cluster import spark_cluster
from tests.distributed.raw import LINEAR, SPOT, Rollup, crowded, write_days

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On one worker, for the packages and the project are parsed once."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("distributed"))


@pytest.fixture(scope="session")
def rollups(tmp_path_factory: pytest.TempPathFactory) -> list[Rollup]:
    """Every rollup of the project: one that is added is compared without being named here."""
    target = run_dbt(tmp_path_factory.mktemp("compiled"), "compile", "--select", "config.materialized:rollup")
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    return [
        Rollup(
            node["alias"],
            (target / "compiled" / "unwind" / node["original_file_path"]).read_text(),
            [f"raw/{'/'.join(given)}" for given in node["sources"]],
        )
        for node in nodes
        if node["config"].get("materialized") == "rollup"
    ]


def run_dbt(folder: Path, *command: str, **settings: str) -> Path:
    """Run dbt on DuckDB in a folder, as our own builds do; where it left its files."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    target = folder / "target"
    target.mkdir()
    shutil.copy(manifest_path().with_name(PARSE), target / PARSE)
    quietly = ["--log-level", "none", "--log-level-file", "none", "--log-path", str(target)]
    where = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target-path", str(target)]
    with environment(UNWIND_WAREHOUSE=None, DO_NOT_TRACK="1", **settings), chdir(folder):
        outcome = dbtRunner().invoke([*command, *quietly, *where])
    DuckDBConnectionManager.close_all_connections()
    assert outcome.success, outcome.exception or [result.message for result in outcome.result]
    return target


@pytest.fixture(scope="session")
def packages() -> None:
    if not DBT.exists():
        pytest.skip("no packages of Sail and Spark: make .venv-spark/ready")


@pytest.fixture(scope="session")
def master(packages: None) -> Iterator[str]:
    with spark_cluster() as address:
        yield address


@pytest.fixture
def spark(master: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster of real processes, which the target spark finds."""
    monkeypatch.setenv("UNWIND_SPARK_MASTER", master)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")


@pytest.fixture(scope="module")
def world(rollups: list[Rollup], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Raw of every rollup: two ordinary days of trades and a crowded one, and whatever the project's own tests have."""
    home = tmp_path_factory.mktemp("elsewhere")
    raw: Raw = {**build_raw(), SPOT: crowded(1), LINEAR: crowded(2)}
    write_days(home, raw, rollups)
    for number in range(2):
        generate(home / "raw" / SPOT / f"2021-01-0{number + 1}.parquet", 90_000, number)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        yield home
