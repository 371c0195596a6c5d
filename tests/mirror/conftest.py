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
from tests.mirror.trial import Landed, Trial, land_both


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


@pytest.fixture(scope="session")
def landed(mirror_process: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Landed:
    """Half of a window and all of it, as no fault ever touched them."""
    return land_both(mirror_process, tmp_path_factory.mktemp("landed"))


@pytest.fixture
def trial(landed: Landed, mirror: Mirror, tmp_path: Path) -> Trial:
    """A data folder of its own with the first half of the window, for one fault."""
    return Trial(Store(mirror, Places(shutil.copytree(landed.half, tmp_path / "data"))), landed)
