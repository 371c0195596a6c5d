"""Writes the release's tables as Parquet, for tools that read files rather than databases."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.catalog import Catalog, Table
from orchestration.identifiers import ident, idents, statement


def export_parquet(connection: duckdb.DuckDBPyConnection, catalog: Catalog, folder: Path) -> list[Path]:
    """One file per table: zstd, in time order, which compresses twice as well and lets readers skip."""
    folder.mkdir(exist_ok=True)
    written = []
    for table in catalog.tables:
        path = folder / parquet_name(table)
        connection.execute(
            statement(
                "copy (select {columns} from {target} order by {order}) to $path "
                "(format parquet, compression zstd, parquet_version v2, row_group_size 122880)",
                columns=idents(table.column_names),
                target=ident(table.schema, table.name),
                order=idents(_time_first(table)),
            ),
            {"path": str(path)},
        )
        written.append(path)
    return written


def parquet_name(table: Table) -> str:
    """Marts go by their own name, everything else by schema and name."""
    return f"{table.name}.parquet" if table.schema == "marts" else f"{table.full_name}.parquet"


def _time_first(table: Table) -> tuple[str, ...]:
    """The grain with its times in front."""
    times = {column.name for column in table.columns if column.data_type in ("DATE", "TIMESTAMP")}
    return tuple(sorted(table.grain, key=lambda name: name not in times))
