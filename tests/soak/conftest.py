"""What a server needs and a laptop may lack: skipped with the reason."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from orchestration.manifest import manifest_path
from tests.soak.postgres import Postgres, program


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A Postgres for the tests of one file."""
    if missing := [name for name in ("initdb", "postgres", "pg_isready", "psql") if not program(name)]:
        pytest.skip(f"no {', '.join(missing)} on this machine: Debian's package postgresql has them")
    if find_spec("dagster_postgres") is None:
        pytest.skip("dagster-postgres is not installed: deploy/requirements.lock, or `make test-soak`")
    manifest_path()
    with Postgres() as running:
        yield running
