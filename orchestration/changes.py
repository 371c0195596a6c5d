"""Counts what changed between two releases, in their two database files. `comparison.py` judges it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.catalog import Catalog, Table
from orchestration.digest import row_text
from orchestration.identifiers import Sql, ident, literal, statement

# When a row could be known. A newer one is news, and news may change figures.
_KNOWN = ("known_at", "known_from_at")


@dataclass(frozen=True, slots=True)
class TableChange:
    """One table against the last release. `rewritten`: other measures although nothing new was known."""

    table: str
    rows_before: int
    rows_now: int
    rows_gone: int
    rows_changed: int
    rows_rewritten: int


def compare(connection: duckdb.DuckDBPyConnection, catalog: Catalog, last_database: Path) -> list[TableChange]:
    """Compare the opened candidate with a release's file; tables that the release lacks are left out."""
    connection.execute(statement("attach {path} as last_release (read_only)", path=literal(last_database)))
    try:
        known = connection.execute(
            "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
            "where database_name = 'last_release'"
        ).fetchall()
        before: dict[str, dict[str, str]] = {}
        for table_name, column_name, data_type in known:
            before.setdefault(table_name, {})[column_name] = data_type
        return [
            _compare_table(connection, table, before[table.full_name])
            for table in catalog.tables
            if set(table.grain) <= set(before.get(table.full_name, ()))
        ]
    finally:
        connection.execute("detach last_release")


def _compare_table(connection: duckdb.DuckDBPyConnection, table: Table, before: dict[str, str]) -> TableChange:
    # Measures only: flags such as is_provisional follow the clock, and keys and times are the row's name.
    measures = tuple(
        column.name for column in table.columns if column.data_type == "DOUBLE" and before.get(column.name) == "DOUBLE"
    )
    known = next((name for name in _KNOWN if name in table.column_names and name in before), None)
    counts = connection.execute(
        statement(
            """
            with paired as (
                select
                    {now_key} is not null as is_now,
                    {then_key} is not null as is_then,
                    {now_row} is distinct from {then_row} as is_changed,
                    {is_news} as is_news
                from {now} as now full join last_release.{now} as last on {same_key}
            )
            select
                count(*) filter (where is_then),
                count(*) filter (where is_now),
                count(*) filter (where is_then and not is_now),
                count(*) filter (where is_then and is_now and is_changed),
                count(*) filter (where is_now and (not is_then or is_news))
            from paired
            """,
            now_key=ident("now", table.grain[0]),
            then_key=ident("last", table.grain[0]),
            now_row=row_text(table, measures, "now") if measures else Sql("''"),
            then_row=row_text(table, measures, "last") if measures else Sql("''"),
            is_news=(
                statement(
                    "coalesce({now} > {last}, {now} is not null)",
                    now=ident("now", known),
                    last=ident("last", known),
                )
                if known
                else Sql("false")
            ),
            now=ident(table.schema, table.name),
            same_key=Sql(
                " and ".join(
                    statement("{a} = {b}", a=ident("now", name), b=ident("last", name)) for name in table.grain
                )
            ),
        )
    ).fetchall()[0]
    rows_before, rows_now, rows_gone, rows_changed, news = counts
    # A derived figure may follow from a neighbour's news (a month's sum from one day's restatement), so rows
    # count as rewritten only where the whole table holds nothing new. A stored version never changes at all.
    is_rewriting = news == 0 or table.schema == "vintages"
    return TableChange(
        table.full_name, rows_before, rows_now, rows_gone, rows_changed, rows_changed if is_rewriting else 0
    )
