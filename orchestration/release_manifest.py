"""A release in one small file: what run made it, and how many rows of which digest every table has.

Enough to compare two releases without opening a database; row by row that is `changes.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson

from orchestration.catalog import Catalog, Table
from orchestration.digest import table_digest
from orchestration.identifiers import ident, statement
from orchestration.run_facts import RunFacts

FILE = "manifest.json"
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
class ReleaseManifest:
    """Sums up one release; `tables` is keyed by `schema.name`, as-of schemas included."""

    release_id: str
    created_at: datetime
    as_of_at: datetime
    scope: str
    window_from: date
    window_to: date
    code_version: str
    provenance: str
    is_degraded: bool
    degraded_reasons: tuple[str, ...]
    instants: tuple[datetime, ...]
    tables: Mapping[str, TableFacts]

    @property
    def rows_count(self) -> int:
        return sum(facts.rows_count for name, facts in self.tables.items() if name.startswith("marts."))

    def write(self, folder: Path) -> None:
        body = orjson.dumps({**asdict(self), "tables": _plain(self.tables)}, option=orjson.OPT_INDENT_2)
        (folder / FILE).write_bytes(body)

    @staticmethod
    def read(folder: Path) -> ReleaseManifest:
        body: dict[str, Any] = orjson.loads((folder / FILE).read_bytes())
        return ReleaseManifest(
            **{
                **body,
                "created_at": datetime.fromisoformat(body["created_at"]),
                "as_of_at": datetime.fromisoformat(body["as_of_at"]),
                "window_from": date.fromisoformat(body["window_from"]),
                "window_to": date.fromisoformat(body["window_to"]),
                "degraded_reasons": tuple(body["degraded_reasons"]),
                "instants": tuple(datetime.fromisoformat(instant) for instant in body["instants"]),
                "tables": {name: TableFacts(**facts) for name, facts in body["tables"].items()},
            }
        )


def summarise(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, asof_schemas: Iterable[str], run: RunFacts
) -> ReleaseManifest:
    """Count and digest every table of the opened candidate."""
    places = [(table.schema, table) for table in catalog.tables]
    places += [(schema, table) for schema in asof_schemas for table in catalog.of_schema("marts")]
    # Most tables are smaller than what DuckDB gives one thread at a time, so that two at once take half as long.
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda place: _facts(connection.cursor(), *place), places))
    provenances = {provenance for _, those in found for provenance in those}
    return ReleaseManifest(
        release_id=run.release_id,
        created_at=run.created_at,
        as_of_at=run.as_of_at,
        scope=run.scope,
        window_from=run.window_from,
        window_to=run.window_to,
        code_version=run.code_version,
        provenance=next((word for word in PROVENANCES if word in provenances), PROVENANCES[-1]),
        is_degraded=run.is_degraded,
        degraded_reasons=run.degraded_reasons,
        instants=run.instants,
        tables={f"{schema}.{table.name}": facts for (schema, table), (facts, _) in zip(places, found, strict=True)},
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


def _plain(tables: Mapping[str, TableFacts]) -> dict[str, dict[str, Any]]:
    return {name: asdict(facts) for name, facts in tables.items()}
