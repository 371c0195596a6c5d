"""A failed data test of dbt is told by its rules, their columns and its rows."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import duckdb

from orchestration.failed_tests import in_words, tell


def test_broken_rules_are_named_with_their_columns() -> None:
    broken = [("prices_are_ordered", 3), ("volume_coins_is_finite", 1)]
    assert in_words("fct_price_daily__is_sound", broken) == (
        "prices_are_ordered (open_price, high_price, low_price, close_price): 3 rows; "
        "volume_coins_is_finite (volume_coins): 1 row"
    )


def test_the_tests_own_query_is_asked_again(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        connection.execute("create table flows as select date '2026-02-07' as session_date")
    node = SimpleNamespace(
        name="stg_sosovalue__etf_flow_totals__sessions_exist", compiled_code="select session_date from flows"
    )
    assert tell(tmp_path / "warehouse.duckdb", node) == "sessions_exist (session_date): 2026-02-07"
