"""One dbt build over synthetic raw data, shared by the tests of the dbt project."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dbt.compiled_project import AS_OF, Build, CompiledProject, build_project
from tests.dbt.raw_factory import Raw, build_raw

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
    return build_project(raw, tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def project(build: Build) -> CompiledProject:
    return CompiledProject(build.target, AS_OF)
