"""From a node's dump to the mart: converted, landed, rolled up by day, and priced."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import chdir
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from dbt_project.rollups import EMPTY, roll_up
from ingestion import unspent_outputs
from tests.dbt.compiled_project import CompiledProject
from tests.dbt.raw_factory import Row, stamp
from tests.ingestion import node
from tests.ingestion.node import COINS, DAY, TIP, TIP_AT, World

NEXT = DAY + timedelta(days=1)
RAW = "raw/utxo/unspent_outputs"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Two sets that have landed: of a chain of 300 blocks, and of one that ends a day later."""
    monkeypatch.setattr(unspent_outputs, "ROW_GROUP", 64)
    monkeypatch.setattr("ingestion.http.load_contracts", lambda: (node.DATASET,))
    made = World(tmp_path)
    monkeypatch.setenv("UNWIND_UTXO", str(made.sets))
    made.now = TIP_AT + timedelta(days=5)
    made.convert()
    (made.home / "headers.bin").write_bytes(node.headers(tip_at=TIP_AT + timedelta(days=1)))
    made.convert()
    assert made.land(DAY, NEXT).unreadable == []
    with chdir(made.places.home):
        yield made


def made_again(project: CompiledProject) -> list[str]:
    query = project.sql("stg_utxo__births").replace("raw.utxo__unspent_outputs", f"read_parquet('{RAW}/*.parquet')")
    return roll_up(query, [RAW], Path("rollup/births"))


def content() -> dict[str, str]:
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in Path("rollup/births").glob("*.parquet")
    }


def price(day: date, close: float) -> Row:
    start = datetime(day.year, day.month, day.day)
    row = {
        "asset": "BTC", "observed_date": day, "period_start_at": start, "period_end_at": start + timedelta(days=1),
        "price_usd": close,
    }  # fmt: skip
    return stamp(row, start + timedelta(days=1, hours=6))


def distribution(project: CompiledProject, day: date) -> list[tuple[Any, ...]]:
    """Steps of one's own set, by prices of 100 dollars a block from the oldest one on."""
    prices = [
        price((TIP_AT - timedelta(days=2 * (TIP - height))).date() + (day - DAY), 100.0 * height)
        for height in range(1, TIP + 1)
    ]
    raw = {"utxo/unspent_outputs": pq.read_table(RAW, partitioning=None), "coinmetrics/asset_metrics_1d": prices}
    query = (
        "select price_floor_usd, supply_coins, realised_cap_usd, coverage_ratio "
        f"from marts.fct_cost_basis_distribution where observed_date = date '{day}' order by price_floor_usd"
    )
    return project.ask(raw, query)  # type: ignore[arg-type]


def test_a_dump_becomes_coins_by_what_they_cost(project: CompiledProject, world: World) -> None:
    steps = distribution(project, DAY)
    # Five blocks of 50 coins a step; the first step lacks what cost nothing, the last one is the newest block alone.
    assert [step[:2] for step in steps] == [
        (500.0 * number, 200.0 if not number else 50.0 if number == TIP // 5 else 250.0)
        for number in range(TIP // 5 + 1)
    ]
    assert sum(step[1] for step in steps) == COINS
    assert sum(step[2] for step in steps) == sum(50 * 100.0 * height for height in range(1, TIP + 1))
    assert {step[3] for step in steps} == {1.0}


def test_a_set_that_comes_again_with_other_bytes_remakes_its_day_alone(project: CompiledProject, world: World) -> None:
    assert made_again(project) == [str(DAY), str(NEXT), EMPTY]
    assert made_again(project) == []
    before = content()
    world.now += timedelta(hours=3)
    world.convert(node.outputs()[1:])
    assert world.land(DAY, NEXT).unreadable == []
    assert made_again(project) == [str(NEXT)]
    assert {day for day in before if content()[day] != before[day]} == {str(NEXT)}
    held = duckdb.sql("select known_at, sum(value_sats) / 1e8 from 'rollup/births/*.parquet' group by 1 order by 1")
    assert [coins for _, coins in held.fetchall()] == [COINS, COINS, COINS - node.outputs()[0][1] / 1e8]  # type: ignore[operator]


def test_one_row_a_day_of_birth_whatever_the_outputs(project: CompiledProject, world: World) -> None:
    made_again(project)
    days = duckdb.sql(f"select count(*), sum(outputs_count) from 'rollup/births/{DAY}.parquet'").fetchall()
    assert days == [(TIP, len(node.outputs()))]
