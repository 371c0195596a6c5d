"""Twenty million trades to bars on DuckDB, Sail, Sail's workers and a Spark cluster: one answer, and what each took."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from dbt_project import elsewhere
from dbt_project.rollups import roll_up
from tests.bench.made_trades import MODEL, generate
from tests.distributed.raw import SPOT, Rollup, write_days
from tests.distributed.test_rollups_elsewhere import assert_same

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1800), pytest.mark.usefixtures("packages", "spark")]
DAYS, TRADES_A_DAY = 40, 500_000


def test_twenty_million_trades_have_one_answer(
    rollups: list[Rollup], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "somebody's"
    home.mkdir()
    monkeypatch.chdir(home)
    name, query, datasets = trades = next(rollup for rollup in rollups if rollup.name == MODEL)
    write_days(home, {}, [trades])
    for number in range(DAYS):
        generate(Path("raw") / SPOT / f"2021-01-{number + 1:02}.parquet", TRADES_A_DAY, number)
    for label, target, mode in [
        ("DuckDB", "duckdb", "local"),
        ("Sail", "sail", "local"),
        ("Sail workers", "sail", "local-cluster"),
        ("Spark", "spark", "local"),
    ]:
        monkeypatch.setenv("SAIL_MODE", mode)
        engine = None if target == "duckdb" else elsewhere.on(target, name, datasets)
        started = time.monotonic()
        made = roll_up(query, datasets, Path(label) / name, engine)
        print(f"{DAYS * TRADES_A_DAY:,} trades on {label:<14} {time.monotonic() - started:6.1f} s, starts included")
        assert len(made) == DAYS + 1
        if engine:
            assert_same(Path("DuckDB") / name, Path(label) / name)
