"""Asking a published file as an outsider would: plain DuckDB, nothing of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb


def ask(database: Path, query: str, *values: Any) -> list[tuple[Any, ...]]:
    """All rows of an answer. Opens and closes the file: one process may hold it in one configuration only."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


def ask_one(database: Path, query: str, *values: Any) -> Any:
    """The one value of an answer of one row and one column."""
    ((value,),) = ask(database, query, *values)
    return value


def columns_of(database: Path, schema: str, table: str) -> list[str]:
    query = "select column_name from duckdb_columns() where schema_name = ? and table_name = ? order by column_index"
    return [name for (name,) in ask(database, query, schema, table)]
