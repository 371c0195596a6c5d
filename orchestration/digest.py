"""Sameness of tables: a digest that two builds from the same captures share, whatever their files' bytes.

Rows in grain order, floats at 12 significant digits, no run columns. sha256 over files, which protects
them after their audit and says nothing about sameness, is in `receipt.py`.
"""

from __future__ import annotations

import hashlib

import duckdb

from orchestration.catalog import Table
from orchestration.identifiers import Sql, ident, idents, statement

# Columns that describe the run and not the world begin with an underscore, as in the raw envelope. No mart
# has one today. known_at is not among them: it says when a figure could be known, which is data.
RUN_COLUMN_PREFIX = "_"
# How a value is written, by its type. Adding zero turns -0.0 into 0.0, which compare equal.
_TEXT = {
    "DOUBLE": "coalesce(format('{{:.11e}}', {column} + 0.0), 'null')",
    "VARCHAR": "coalesce('''' || replace({column}, '''', '''''') || '''', 'null')",
}
_PLAIN = "coalesce('''' || {column} || '''', 'null')"


def data_columns(table: Table) -> tuple[str, ...]:
    """The columns that count for sameness."""
    return tuple(name for name in table.column_names if not name.startswith(RUN_COLUMN_PREFIX))


def table_digest(connection: duckdb.DuckDBPyConnection, schema: str, table: Table) -> str:
    """sha256 of a table's content in the opened release."""
    columns = data_columns(table)
    rows = connection.execute(
        statement(
            "with rows as (select {grain}, sha256({row}) as row_digest from {target}) "
            "select coalesce(sha256(string_agg(row_digest, '' order by {grain}, row_digest)), ''), count(*) "
            "from rows",
            grain=idents(table.grain),
            row=row_text(table, columns),
            target=ident(schema, table.name),
        )
    ).fetchall()
    header = ",".join(f"{name} {_type_of(table, name)}" for name in columns)
    return hashlib.sha256(f"{header}\n{rows[0][1]}\n{rows[0][0]}".encode()).hexdigest()


def row_text(table: Table, columns: tuple[str, ...], alias: str | None = None) -> Sql:
    """A SQL expression that writes a row as text in which no two different rows look alike."""
    values = []
    for name in columns:
        column = ident(alias, name) if alias else ident(name)
        values.append(statement(_TEXT.get(_type_of(table, name), _PLAIN), column=column))
    return Sql("concat_ws(',', " + ", ".join(values) + ")")


def _type_of(table: Table, name: str) -> str:
    return next(column.data_type for column in table.columns if column.name == name)
