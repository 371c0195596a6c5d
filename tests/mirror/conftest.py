"""One mirror per test process, quiet again before every test, and the runs that several tests look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.places import Places
from tests.mirror.command import Run, run_live
from tests.mirror.landing import Store
from tests.mirror.server import Mirror


@pytest.fixture(scope="session")
def mirror_process() -> Iterator[Mirror]:
    with Mirror() as running:
        yield running


@pytest.fixture
def mirror(mirror_process: Mirror) -> Mirror:
    """The mirror without clock and faults."""
    mirror_process.reset()
    return mirror_process


@pytest.fixture
def store(mirror: Mirror, tmp_path: Path) -> Store:
    """An empty data folder."""
    return Store(mirror, Places(tmp_path / "data"))


@pytest.fixture(scope="session")
def real_run(mirror_process: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Sixty real days, from the archive's answers to a release."""
    mirror_process.reset()
    return run_live(tmp_path_factory.mktemp("real") / "data", mirror_process.url)


def copy_of(run: Run, folder: Path) -> Path:
    """Another data folder with everything that a run left, for what comes after it."""
    shutil.copytree(run.data_dir, folder, symlinks=True, ignore=shutil.ignore_patterns("dagster"))
    return folder
