"""Copies the marts of a finished warehouse into the database file that may become a release.

Tables only, rows in the order of their grain, a comment on every table and column, no type that some reader
draws wrongly. Auditing it is `quality.py`; the `meta` schema and all other files come with `seal.py`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from ingestion.atomic import is_alive
from orchestration.catalog import Catalog, Table, read_catalog
from orchestration.identifiers import ident, idents, literal, release_folder, statement
from orchestration.refusals import CandidateExists, ContractMismatch, UnpublishableColumn
from orchestration.run_scope import asof_schema

# The name is the same in every release: DuckDB names the catalog after the real file.
DATABASE = "unwind.duckdb"
PUBLISHABLE = ("BIGINT", "BOOLEAN", "DATE", "DOUBLE", "INTEGER", "TIMESTAMP", "VARCHAR")
_BUILDER = ".builder"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An unpublished release on disk."""

    release_id: str
    folder: Path
    catalog: Catalog
    instants: tuple[datetime, ...] = ()

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    @property
    def asof_schemas(self) -> list[str]:
        """Where the marts are as they stood, earliest first."""
        return [asof_schema(instant) for instant in self.instants]


def build_candidate(
    warehouse: Path,
    manifest: Path,
    published: Path,
    release_id: str,
    asof_warehouses: Mapping[datetime, Path] | None = None,
) -> Candidate:
    """Make `published/candidates/<release_id>` with the database file. A ReleaseError leaves nothing behind.

    `asof_warehouses` hold the answers as of the named instants. No warehouse may be open in this process with
    another configuration: close dbt's connections first (`dbt_connections.py`).
    """
    catalog = read_catalog(manifest)
    instants = dict(sorted((asof_warehouses or {}).items()))
    folder = _new_folder(published, release_id)
    try:
        with duckdb.connect() as connection:
            connection.execute(
                statement(
                    "attach {path} as candidate (storage_version 'v1.4.0', block_size 16384)",
                    path=literal(folder / DATABASE),
                )
            )
            _copy(connection, warehouse, {table: table.schema for table in catalog.tables})
            for instant, then in instants.items():
                _copy(connection, then, dict.fromkeys(catalog.of_schema("marts"), asof_schema(instant)))
            _add_macros(connection, catalog)
            connection.execute("checkpoint candidate")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Candidate(release_id, folder, catalog, tuple(instants))


def is_abandoned(folder: Path) -> bool:
    """Whether the candidate's builder died before it was sealed."""
    note = folder / _BUILDER
    return note.exists() and not is_alive(int(note.read_text()))


def mark_sealed(folder: Path) -> None:
    """From here on the receipt speaks for the candidate, not its builder."""
    (folder / _BUILDER).unlink(missing_ok=True)


def comment(connection: duckdb.DuckDBPyConnection, place: Sequence[str], table: Table) -> None:
    """Write a table's descriptions into the database, where every SQL client shows them."""
    target = ident(*place, table.name)
    grain = f" One row per {', '.join(table.grain)}." if table.grain else ""
    connection.execute(
        statement("comment on table {target} is {text}", target=target, text=literal(table.description + grain))
    )
    for column in table.columns:
        connection.execute(
            statement(
                "comment on column {target} is {text}",
                target=ident(*place, table.name, column.name),
                text=literal(column.comment),
            )
        )


def _new_folder(published: Path, release_id: str) -> Path:
    folder = release_folder(published / "candidates", release_id)
    if folder.exists() and (is_abandoned(folder) or _is_own(folder)):
        shutil.rmtree(folder)
    for shelf in ("candidates", "releases", "rejected"):
        if release_folder(published / shelf, release_id).exists():
            raise CandidateExists(f"{release_id} is already among the {shelf}; a release id is used once")
    # The folder appears together with its builder's name, so no kill leaves one that nobody owns.
    nameless = folder.with_name(f".{release_id}.{os.getpid()}")
    nameless.mkdir(parents=True, exist_ok=True)
    (nameless / _BUILDER).write_text(str(os.getpid()))
    nameless.rename(folder)
    return folder


def _is_own(folder: Path) -> bool:
    """A build that this very process started and gave up may be started again."""
    note = folder / _BUILDER
    return note.exists() and note.read_text() == str(os.getpid())


def _copy(connection: duckdb.DuckDBPyConnection, warehouse: Path, schemas: Mapping[Table, str]) -> None:
    """Copy tables of one warehouse, each into its schema of the candidate."""
    connection.execute(statement("attach {path} as warehouse (read_only)", path=literal(warehouse)))
    _refuse_unfit(connection, tuple(schemas))
    connection.execute("begin")
    for schema in dict.fromkeys(schemas.values()):
        connection.execute(statement("create schema candidate.{schema}", schema=ident(schema)))
    for table, schema in schemas.items():
        connection.execute(
            statement(
                "create table candidate.{target} as select {columns} from warehouse.{origin} order by {grain}",
                target=ident(schema, table.name),
                columns=idents(table.column_names),
                origin=ident(table.schema, table.name),
                grain=idents(table.grain),
            )
        )
        comment(connection, ("candidate", schema), table)
    connection.execute("commit")
    connection.execute("detach warehouse")


def _refuse_unfit(connection: duckdb.DuckDBPyConnection, tables: Sequence[Table]) -> None:
    rows = connection.execute(
        "select schema_name || '.' || table_name, column_name, data_type from duckdb_columns() "
        "where database_name = 'warehouse' order by all"
    ).fetchall()
    built: dict[str, dict[str, str]] = {}
    for table_name, column_name, data_type in rows:
        built.setdefault(table_name, {})[column_name] = data_type
    differences, unfit = [], []
    for table in tables:
        columns = built.get(table.full_name, {})
        if missing := sorted(set(table.column_names) - set(columns)):
            differences.append(f"{table.full_name} lacks {', '.join(missing)}")
        if undocumented := sorted(set(columns) - set(table.column_names)):
            differences.append(f"{table.full_name} has the undocumented {', '.join(undocumented)}")
        unfit += [
            (f"{table.full_name}.{name}", columns[name])
            for name in table.column_names
            if name in columns and columns[name] not in PUBLISHABLE
        ]
    if differences:
        raise ContractMismatch("the warehouse is not what its contracts say: " + "; ".join(differences))
    if unfit:
        raise UnpublishableColumn(unfit, PUBLISHABLE)


def _add_macros(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """`as_of.<table>(t)`: what a table of vintages said at a moment; sugar over a predicate."""
    # A macro's body is resolved where it is made: with the candidate in use, its tables need no catalog name.
    connection.execute("use candidate")
    connection.execute("create schema as_of")
    for table in catalog.of_schema("vintages"):
        if {"known_from_at", "known_to_at"} <= set(table.column_names):
            connection.execute(
                statement(
                    "create macro as_of.{name}(t) as table "
                    "select * from vintages.{name} where known_from_at <= t and t < known_to_at",
                    name=ident(table.name),
                )
            )
    connection.execute("use memory")
