"""One mirror per test process, quiet again before every test, and the runs that several tests look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from ingestion.contract import load_contracts
from ingestion.places import Places
from tests.dbt.compiled_project import CompiledProject, Tables
from tests.mirror.backfill import FIRST, LAST, UnderWay, begin
from tests.mirror.command import Run, run_live
from tests.mirror.landing import Store
from tests.mirror.server import Mirror
from tests.mirror.standing import compiled
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


@pytest.fixture(scope="session")
def backfill_under_way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnderWay]:
    """Begun by the first test that names it; with a mirror of its own, which has the hosts' limits."""
    data_dir = tmp_path_factory.mktemp("backfill") / "data"
    with Mirror() as mirror:
        child = begin(mirror, data_dir, FIRST, LAST, datetime(2026, 7, 20, 13, 25))
        yield UnderWay(mirror, data_dir, child)
        child.kill()
        child.communicate()


@pytest.fixture(scope="session")
def archived(backfill_under_way: UnderWay) -> Tables:
    """Every raw row that the archive has for sixty days."""
    backfill_under_way.child.wait(timeout=280)
    raw = Places(backfill_under_way.data_dir).raw
    folders = {dataset.key: raw / dataset.source / dataset.name for dataset in load_contracts()}
    return {key: ds.dataset(sorted(folder.glob("*.parquet"))).to_table() for key, folder in folders.items()}


@pytest.fixture(scope="session")
def prefixed(
    archived: Tables, backfill_under_way: UnderWay, tmp_path_factory: pytest.TempPathFactory
) -> CompiledProject:
    """The project as dbt compiled it over those rows."""
    places = Places(backfill_under_way.data_dir)
    return compiled(places, datetime(2026, 7, 20), tmp_path_factory.mktemp("prefixes"))[1]
