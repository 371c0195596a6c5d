"""Two rollups on Sail and on Spark beside DuckDB: trades to bars and coins to days of birth (G8, G10, G16).

All three are `dbt run` of the same files over the same raw, one model after the other. Sail is measured by the CPU of
its whole run; Spark by the wall seconds that dbt gives each model, once, on all cores, its start left out. Every
cell is compared before a time counts.
"""

from __future__ import annotations

import json
import resource
import shutil
import time
from contextlib import chdir
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from dbt_project import elsewhere
from orchestration.warehouse import environment
from tests.bench import coins
from tests.bench.found import Found, Size
from tests.bench.made_trades import DATASETS, MODEL, RAW, ROLLUP, compiled, day_of, generate
from tests.bench.measure import Cost, rounds, run
from tests.bench.places import QUIET, dbt

# Trades a day, days, outputs, rounds of Sail.
SIZES: dict[Size, tuple[int, int, int, int]] = {
    "full": (2_000_000, 10, 20_000_000, 3),
    "quick": (2_000_000, 2, 5_000_000, 1),
    "tiny": (2_000, 2, 20_000, 1),
}
MODELS = [MODEL, coins.MODEL]
SAIL, SPARK = ("G16 cells", "G16 run"), ("G8 spark", "G10 spark")
CELLS = 1e-9


def measure(size: Size, home: Path) -> Found:
    if not elsewhere.DBT.exists():
        return Found(absent=dict.fromkeys((*SAIL, *SPARK), "no packages of Sail and Spark: make .venv-spark/ready"))
    trades_a_day, days, outputs, count = SIZES[size]
    compiled(home, MODEL, [*DATASETS, coins.DATASET])
    for number in range(days):
        generate(home / RAW / f"{day_of(number)}.parquet", trades_a_day, number)
    coins.generate(home / coins.DATASET / f"{coins.DAY}.parquet", outputs)
    took: list[dict[str, float]] = []

    def duckdb(_: int) -> Cost:
        shutil.rmtree(home / ROLLUP, ignore_errors=True)
        settings = {**QUIET, "UNWIND_WAREHOUSE": str(home / "w.duckdb")}
        cost = run(dbt("run", "--threads", "1", "--select", *MODELS, target=home / "t"), settings, home)
        took.append(seconds_of_models(home / "t"))
        return cost

    costs = rounds({"DuckDB": duckdb, "Sail": lambda number: by("sail", home, home / f"sail{number}")}, count)
    difference = largest_difference(home / ROLLUP, home / "sail0")
    figures = {"G16 cells": difference, "G16 run": costs["Sail"].cpu / costs["DuckDB"].cpu}
    told = [f"{trades_a_day * days:,} trades, {outputs:,} outputs, {count} rounds"]
    told += [f"whole run on {name} {cost.cpu:.1f} CPU s, {cost.wall:.1f} s" for name, cost in costs.items()]
    if not shutil.which("java"):
        return Found(figures, absent=dict.fromkeys(SPARK, "Spark wants Java, which is not installed"), told=told)
    told.append(f"whole run on Spark, once, {by('spark', home, home / 'spark').wall:.1f} s")
    assert largest_difference(home / ROLLUP, home / "spark") <= CELLS
    spark = seconds_of_models(home / "spark" / "target")
    for key, model, what in zip(SPARK, MODELS, ("bars", "coins"), strict=True):
        ours = median(one[model] for one in took)
        figures[key] = spark[model] / ours
        told.append(f"{what} {ours:.1f} s on DuckDB, {spark[model]:.1f} s on Spark once")
    return Found(figures, told=told)


def by(target: str, home: Path, room: Path) -> Cost:
    """Both models on another engine, all days at once, and what that cost."""
    days = [path.stem for dataset in (str(RAW), coins.DATASET) for path in (home / dataset).glob("2*.parquet")]
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    spark = {"UNWIND_SPARK_MASTER": "local[*]", "SPARK_LOCAL_IP": "127.0.0.1"}
    with chdir(home), environment(UNWIND_OBJECTS_URL=None, **QUIET, **spark):
        elsewhere.run(target, MODELS, [], sorted(days), room)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, time.monotonic() - started, after.ru_maxrss / 1024)


def seconds_of_models(target: Path) -> dict[str, float]:
    results = json.loads((target / "run_results.json").read_text())["results"]
    return {one["unique_id"].rpartition(".")[2]: one["execution_time"] for one in results}


def largest_difference(ours: Path, theirs: Path) -> float:
    """Of any number, relative to ours. Raise AssertionError unless days, rows, types and all else are the same."""
    found = 0.0
    for model in MODELS:
        wanted = {path.stem: pl.read_parquet(path) for path in (ours / model).glob("2*.parquet")}
        given = {path.name.removeprefix("day="): path for path in (theirs / model).glob("day=*")}
        assert wanted.keys() == given.keys()
        for day, rows in wanted.items():
            exact = [name for name, kind in rows.schema.items() if not kind.is_float()]
            other = pl.read_parquet(given[day] / "*.parquet", hive_partitioning=False)
            assert other.schema == rows.schema
            first, second = rows.sort(exact), other.sort(exact)
            assert first.height > 0
            assert first.select(exact).equals(second.select(exact)), f"{model} of {day} has other rows"
            for name in rows.columns:
                if name not in exact:
                    a, b = first[name].to_numpy(), second[name].to_numpy()
                    assert np.array_equal(np.isnan(a), np.isnan(b)), name
                    found = max(found, float(np.nanmax(np.abs(a - b) / np.maximum(np.abs(a), 1e-300))))
    return found
