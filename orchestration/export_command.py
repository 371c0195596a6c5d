"""`unwind export`: tables or one answer of the current release as files, with what a reader must know beside them.

Which tables may be passed on is a rule over `meta.licences`, applied by `--open-only`. The files themselves are written
in `export_files.py`; the release's own Parquet files are those of `export.py`.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.connect import open_release
from orchestration.console import err, out, told_plainly
from orchestration.export_files import WRITERS, Note, Part
from orchestration.identifiers import ident, idents, statement
from orchestration.refusals import ReleaseError

ANSWER = "answer"


class NothingToExport(ReleaseError):
    """What was asked for is not in the release, or may not be passed on."""


@told_plainly
def export(names: list[str], query: str | None, folder: Path, formats: list[str], is_open_only: bool) -> int:
    """Write the files and say which. Exit code 1 when DuckDB refuses the query."""
    if query and (names or is_open_only):
        raise NothingToExport("a query is exported alone: neither tables nor --open-only go with it")
    with open_release(Places(Settings().data_dir).published / "unwind.duckdb") as connection:
        try:
            parts = [_answer(connection, query)] if query else _tables(connection, names, is_open_only)
        except duckdb.Error as error:
            err.print(f"[red]unwind:[/red] {str(error).splitlines()[0]}", soft_wrap=True)
            return 1
        note = _note(connection)
    folder.mkdir(parents=True, exist_ok=True)
    for name in formats:
        written = WRITERS[name](parts, note, folder)
        count = f"{len(parts)} table{'s' if len(parts) != 1 else ''}"
        out.print(f"{count} as {name} in {folder}: {', '.join(path.name for path in written)}", soft_wrap=True)
    if note.is_reconstructed:
        out.print(
            "[bold]Reconstructed data[/bold]: simulated to fit quoted figures; the column provenance says so row by row"
        )
    return 0


def _tables(connection: duckdb.DuckDBPyConnection, names: list[str], is_open_only: bool) -> list[Part]:
    rows = connection.execute(
        "select tables.table_schema, tables.table_name, licences.licence, licences.attribution, "
        "licences.is_redistributable, duckdb_tables.comment "
        "from meta.tables as tables join duckdb_tables() as duckdb_tables "
        "on tables.table_schema = duckdb_tables.schema_name and tables.table_name = duckdb_tables.table_name "
        "left join meta.licences as licences on licences.subject = 'table' "
        "and licences.subject_group = tables.table_schema and licences.subject_name = tables.table_name "
        "where duckdb_tables.database_name = current_database() order by all"
    ).fetchall()
    known = {f"{schema}.{name}" for schema, name, *_ in rows}
    wanted = {name if "." in name else f"marts.{name}" for name in names} or known
    if unknown := sorted(wanted - known):
        raise NothingToExport(f"not in the release: {', '.join(unknown)}; `meta.tables` lists what is")
    parts, closed = [], []
    for schema, name, licence, attribution, is_open, text in rows:
        full_name = f"{schema}.{name}"
        if full_name not in wanted:
            continue
        if is_open_only and not is_open:
            closed.append(full_name)
            continue
        columns = connection.execute(
            "select column_name, comment from duckdb_columns() where database_name = current_database() "
            "and schema_name = ? and table_name = ? order by column_index",
            [schema, name],
        ).fetchall()
        table = connection.execute(
            statement("select {columns} from {table}", columns=idents(c for c, _ in columns), table=ident(schema, name))
        ).to_arrow_table()
        parts.append(Part(full_name, table, text, dict(columns), licence or "unknown", attribution or ""))
    if closed:
        err.print(f"left out, not to be passed on: {', '.join(closed)} (meta.licences says why)", soft_wrap=True)
    if not parts:
        raise NothingToExport("none of these tables may be passed on; meta.licences says on what terms each came")
    return parts


def _answer(connection: duckdb.DuckDBPyConnection, query: str) -> Part:
    table = connection.execute(query).to_arrow_table()
    return Part(ANSWER, table, query, {}, "that of the tables asked", "")


def _note(connection: duckdb.DuckDBPyConnection) -> Note:
    [row] = connection.execute("select release_id, as_of_at, scope, provenance from meta.releases").fetchall()
    return Note(*row)
