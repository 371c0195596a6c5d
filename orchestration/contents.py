"""What is in a candidate's tables: how many rows of which digest, and how well founded they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.catalog import Catalog, Table
from orchestration.digest import table_digest
from orchestration.identifiers import ident, statement

# Weakest first: a release is as strong as the weakest row that took part.
PROVENANCES = ("reconstructed", "published", "measured")
# What others printed and what became of it: published by nature, and no part of what the release itself rests on.
QUOTING = ("dim_quoted_figure", "fct_claim_check")


@dataclass(frozen=True, slots=True)
class TableFacts:
    """Size and content of one published table."""

    rows_count: int
    digest: str


@dataclass(frozen=True, slots=True)
class Contents:
    """`tables` is keyed by `schema.name`, as-of schemas included."""

    tables: Mapping[str, TableFacts]
    provenance: str


def read_contents(database: Path, catalog: Catalog, asof_schemas: Sequence[str]) -> Contents:
    """Count and digest every table of a candidate that nobody writes to."""
    places = [(table.schema, table) for table in catalog.tables]
    places += [(schema, table) for schema in asof_schemas for table in catalog.of_schema("marts")]
    # Most tables are smaller than what DuckDB gives one thread at a time, so that two at once take half as long.
    with duckdb.connect(str(database), read_only=True) as connection, ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda place: _facts(connection.cursor(), *place), places))
    provenances = {provenance for _, those in found for provenance in those}
    return Contents(
        {f"{schema}.{table.name}": facts for (schema, table), (facts, _) in zip(places, found, strict=True)},
        next((word for word in PROVENANCES if word in provenances), PROVENANCES[-1]),
    )


def _facts(connection: duckdb.DuckDBPyConnection, schema: str, table: Table) -> tuple[TableFacts, set[str]]:
    """A table's size and content, and the provenances of its rows."""
    target = ident(schema, table.name)
    rows = connection.execute(statement("select count(*) from {target}", target=target)).fetchall()
    provenances: set[str] = set()
    if "provenance" in table.column_names and table.name not in QUOTING:
        stated = connection.execute(statement("select distinct provenance from {target}", target=target))
        provenances = {row[0] for row in stated.fetchall()}
    return TableFacts(rows[0][0], table_digest(connection, schema, table)), provenances
