"""How many rows a built table has and which stretch of time it covers: what an operator looks at first."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb

from orchestration.catalog import Catalog, Table
from orchestration.identifiers import ident, statement


class Extent(NamedTuple):
    """Rows of a table, and the first and last value of its time in the grain; None without time or rows."""

    rows_count: int
    first: date | datetime | None
    last: date | datetime | None


def extents(warehouse: Path, catalog: Catalog) -> dict[str, Extent]:
    """Extent of every published table of a warehouse, by `schema.name`."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {table.full_name: extent_of(connection, table) for table in catalog.tables}


def extent_of(connection: duckdb.DuckDBPyConnection, table: Table) -> Extent:
    """Extent of one table of an open warehouse or release."""
    in_grain = [column for column in table.columns if column.name in table.grain]
    times = [column.name for column in in_grain if column.data_type.lower() in ("date", "timestamp")]
    moment = ident(times[0]) if times else statement("null")
    target = ident(table.schema, table.name)
    rows = connection.execute(
        statement("select count(*), min({moment}), max({moment}) from {target}", moment=moment, target=target)
    )
    return Extent(*rows.fetchall()[0])
