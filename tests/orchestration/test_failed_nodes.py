"""A failed data test of dbt is told by its rules, their columns and its rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import duckdb

from orchestration.failed_nodes import in_words, tell

THEN = datetime(2026, 2, 6, 21, 30)


def test_broken_rules_are_named_with_their_columns() -> None:
    broken = [("prices_are_ordered", 3), ("volume_coins_is_finite", 1)]
    assert in_words("fct_price_daily__is_sound", broken) == (
        "prices_are_ordered (open_price, high_price, low_price, close_price): 3 rows; "
        "volume_coins_is_finite (volume_coins): 1 row"
    )


def test_the_tests_own_query_is_asked_again_at_every_moment(tmp_path: Path) -> None:
    databases = {None: tmp_path / "warehouse.duckdb", THEN: tmp_path / "then.duckdb"}
    for path, day in zip(databases.values(), ("2026-02-07", "2026-02-05"), strict=True):
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create schema marts; create table marts.flows as select date '{day}' as session_date")
    node = SimpleNamespace(
        name="stg_sosovalue__etf_flow_totals__sessions_exist",
        resource_type="test",
        compiled_code='select session_date from "warehouse"."marts"."flows" where session_date < \'2026-02-06\'',
    )
    failed = SimpleNamespace(node=node, status="fail", message="Got 1 result")
    # The newest rows are good: only those of the earlier moment are shown, with the moment.
    assert tell(failed, databases) == "as of 2026-02-06 21:30:00: sessions_exist (session_date): 2026-02-05"


def test_a_model_that_fails_at_an_earlier_moment_only_names_it(tmp_path: Path) -> None:
    databases = {None: tmp_path / "warehouse.duckdb", THEN: tmp_path / "then.duckdb"}
    for path in databases.values():
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema marts")
    broken = SimpleNamespace(
        node=SimpleNamespace(name="fct", schema="marts", resource_type="model"), status="error", message="Overflow"
    )
    assert tell(broken, databases) == "Overflow"
    with duckdb.connect(str(databases[None])) as connection:
        connection.execute("create view marts.fct as select 1")
    assert tell(broken, databases) == "as of 2026-02-06 21:30:00: Overflow"
