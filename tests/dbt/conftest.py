"""One dbt build over synthetic raw data, shared by the tests of the dbt project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.manifest import manifest_path
from orchestration.warehouse import PARSE
from tests.dbt.compiled_project import AS_OF, Build, CompiledProject
from tests.dbt.raw_factory import DBT_PROJECT, Raw, build_raw, write_raw

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On one worker: a second one would build the whole project again."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("dbt"))


@pytest.fixture(scope="session")
def raw() -> Raw:
    return build_raw()


@pytest.fixture(scope="session")
def build(raw: Raw, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The whole project as of the evening of 6 February 2026, unit and data tests included."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("dbt")
    write_raw(folder / "raw", raw)
    target = folder / "target"
    target.mkdir()
    shutil.copy(manifest_path().with_name(PARSE), target / PARSE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)  # models name raw files by a path from here
        # As our own builds do: dbt keeps what it parsed only while path and variables stay the same.
        patch.delenv("UNWIND_WAREHOUSE", raising=False)
        patch.setenv("UNWIND_AS_OF", AS_OF)
        patch.setenv("DO_NOT_TRACK", "1")
        outcome = dbtRunner().invoke(
            [
                "build",
                *("--exclude-resource-type", "exposure"),
                *("--log-level", "none", "--log-level-file", "none"),
                *("--project-dir", str(DBT_PROJECT)),
                *("--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", str(target)),
                *("--log-path", str(folder / "logs")),
            ]
        )
    DuckDBConnectionManager.close_all_connections()
    assert outcome.exception is None, outcome.exception
    results = {result.node.unique_id: str(result.status) for result in outcome.result}
    return Build(folder / "warehouse.duckdb", target, results)


@pytest.fixture(scope="session")
def project(build: Build) -> CompiledProject:
    return CompiledProject(build.target, AS_OF)
