"""One real dbt build: everything passes, and the warehouse holds what the project declares."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.dbt.compiled_project import PUBLISHED, Build
from tests.dbt.raw_factory import DBT_PROJECT

ALLOWED_TYPES = {"DOUBLE", "BIGINT", "INTEGER", "TIMESTAMP", "DATE", "VARCHAR", "BOOLEAN"}


@pytest.fixture(scope="module")
def warehouse(build: Build) -> duckdb.DuckDBPyConnection:
    """Read-only in the process that ran dbt: fails if dbt's own handle were still open."""
    return duckdb.connect(str(build.warehouse), read_only=True)


def rows(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(query).fetchall()


def test_every_model_seed_and_test_passes(build: Build) -> None:
    assert len(build.results) > 40
    assert {key: status for key, status in build.results.items() if status not in ("success", "pass")} == {}


def test_schemas_are_named_after_the_layers(warehouse: duckdb.DuckDBPyConnection) -> None:
    found = rows(warehouse, "select distinct table_schema from information_schema.tables order by 1")
    assert [name for (name,) in found] == ["intermediate", "marts", "seeds", "staging", "vintages"]


def test_published_tables_are_tables_of_allowed_types(warehouse: duckdb.DuckDBPyConnection) -> None:
    columns = rows(
        warehouse,
        "select table_name || '.' || column_name, data_type from duckdb_columns() "
        "where schema_name in ('marts', 'vintages')",
    )
    tables = rows(
        warehouse,
        "select table_name from duckdb_tables() where schema_name in ('marts', 'vintages')",
    )
    views = rows(
        warehouse,
        "select view_name from duckdb_views() where schema_name in ('marts', 'vintages') and not internal",
    )
    models = [path for folder in PUBLISHED for path in (DBT_PROJECT / "models" / folder).rglob("*.sql")]
    assert len(tables) == len(models)
    assert views == []
    assert [name for name, kind in columns if kind not in ALLOWED_TYPES] == []


def test_flows_of_february_stand_as_they_were_known_that_evening(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    answer = rows(
        warehouse,
        "select day(session_date), round(month_to_date_usd / 1e6, 1), streak_sessions_count, status "
        "from marts.fct_etf_flow_daily where session_date >= '2026-02-01' order by 1",
    )
    assert answer == [
        (2, 561.8, 1, "final"),
        (3, 289.8, -1, "final"),
        (4, -255.1, -2, "final"),
        (5, -690.0, -3, "provisional"),
        (6, -690.0, None, "provisional"),
    ]


def test_nothing_known_later_is_in_the_warehouse(warehouse: duckdb.DuckDBPyConnection) -> None:
    tables = rows(warehouse, "select table_name from duckdb_tables() where schema_name = 'marts'")
    newest = {name: rows(warehouse, f"select max(known_at) from marts.{name}")[0][0] for (name,) in tables}
    assert {name: at for name, at in newest.items() if at and f"{at}" > "2026-02-06 21:30:00"} == {}
