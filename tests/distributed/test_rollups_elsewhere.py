"""Rollups on other engines: the same models give the same cells as on DuckDB, and their days are taken for DuckDB's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import polars.testing
import pytest

from dbt_project import elsewhere
from dbt_project.rollups import EMPTY, roll_up
from tests.distributed.conftest import run_dbt
from tests.distributed.raw import SPOT, Rollup, crowded, write_days

TRADES = "stg_binance_vision_trades__minutes"


def days_of(folder: Path) -> dict[str, pl.DataFrame]:
    return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def assert_same(ours: Path, theirs: Path) -> None:
    """Every day, column, type and cell; sums may have been added in another order."""
    wanted, given = days_of(ours), days_of(theirs)
    assert wanted.keys() == given.keys()
    assert sum(len(rows) for rows in wanted.values()) > 0, f"{ours.name} has nothing to compare"
    for day, rows in wanted.items():
        pl.testing.assert_frame_equal(given[day], rows, rel_tol=1e-9, abs_tol=0, check_exact=False)


@contextmanager
def already_run(room: Path) -> Iterator[None]:
    """For the length of a block an engine's answer is what it wrote into `room` when all rollups ran at once."""

    def run(target: str, models: list[str], datasets: list[str], days: list[str], into: Path) -> None:
        for day in days:
            if (room / models[0] / f"day={day}").exists():
                (into / models[0]).mkdir(exist_ok=True)
                (into / models[0] / f"day={day}").symlink_to(room / models[0] / f"day={day}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elsewhere, "run", run)
        yield


def compare(target: str, rollups: list[Rollup], name: str) -> None:
    """One run of dbt for all rollups, then each is kept under a name of this run's, and held against DuckDB's."""
    datasets = {dataset for rollup in rollups for dataset in rollup.datasets}
    days = {path.stem for dataset in datasets for path in Path(dataset).glob("*.parquet")} - {EMPTY}
    room = Path(f"{name}.room").absolute()
    elsewhere.run(target, [rollup.name for rollup in rollups], datasets, sorted(days), room)
    for rollup, query, its in rollups:
        ours, theirs = Path("duckdb") / rollup, Path(name) / rollup
        roll_up(query, its, ours)
        with already_run(room):
            assert roll_up(query, its, theirs, elsewhere.on(target, rollup, its))
        assert_same(ours, theirs)
        assert roll_up(query, its, theirs) == [], "DuckDB made again what was there"


@pytest.mark.usefixtures("packages", "world")
def test_sail_gives_the_cells_of_duckdb(rollups: list[Rollup]) -> None:
    compare("sail", rollups, "sail")


@pytest.mark.usefixtures("packages")
def test_a_day_that_changed_is_asked_for_alone(
    rollups: list[Rollup], world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: dbt on DuckDB finds a day changed in a rollup that is there, and has it added up by Sail."""
    _, query, datasets = next(rollup for rollup in rollups if rollup.name == TRADES)
    folder = Path("rollup") / TRADES
    roll_up(query, datasets, folder)
    before = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    write_days(Path("other"), {SPOT: crowded(3)}, rollups)
    os.replace(f"other/raw/{SPOT}/2026-02-05.parquet", f"raw/{SPOT}/2026-02-05.parquet")
    asked, run = [], elsewhere.run

    def told(target: str, models: list[str], datasets: list[str], days: list[str], room: Path) -> None:
        asked.append((target, models, days))
        run(target, models, datasets, days, room)

    monkeypatch.setattr(elsewhere, "run", told)
    run_dbt(world, "run", "--select", f"{TRADES}+1", UNWIND_ROLLUP_ENGINE="sail")
    assert asked == [("sail", [TRADES], ["2026-02-05"])]
    after = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
    assert [name for name in after if after[name] != before[name]] == ["2026-02-05.parquet"]
    roll_up(query, datasets, Path("anew") / TRADES)
    assert_same(Path("anew") / TRADES, folder)
    assert not list(folder.glob(f".*{elsewhere.ROOM}"))
    with duckdb.connect("warehouse.duckdb", read_only=True) as connection:
        [(minutes,)] = connection.execute("select count(*) from staging.stg_binance_vision_trades__bars_1m").fetchall()
    assert minutes > 2 * 1440


@pytest.mark.spark
@pytest.mark.usefixtures("packages", "world")
def test_a_spark_cluster_gives_the_cells_of_duckdb(rollups: list[Rollup], spark: None) -> None:
    compare("spark", rollups, "spark")


@pytest.mark.spark
@pytest.mark.usefixtures("packages", "world")
def test_workers_of_sail_give_the_cells_of_duckdb(rollups: list[Rollup], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAIL_MODE", "local-cluster")
    compare("sail", rollups, "workers")
