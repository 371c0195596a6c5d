"""The `meta` schema of a release: what it is, what was checked, how fresh, from where, on what terms.

Each table is declared once, below; its columns, types and comments in the file all follow from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from orchestration.candidate import comment
from orchestration.catalog import Catalog, Column, Table
from orchestration.check_result import CheckResult
from orchestration.empty_tables import why_empty
from orchestration.extents import extent_of
from orchestration.identifiers import Sql, ident, statement
from orchestration.licences import table_licences
from orchestration.release_manifest import ReleaseManifest
from orchestration.run_facts import RunFacts

_ARROW: dict[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}


def _table(name: str, description: str, grain: Sequence[str], *columns: tuple[str, ...]) -> Table:
    return Table("meta", name, description, "meta", tuple(grain), tuple(Column(*column) for column in columns))


RELEASES = _table(
    "releases",
    "This release: what it was made from and what it stands for.",
    ["release_id"],
    ("release_id", "VARCHAR", "Name of the release and of its folder."),
    ("created_at", "TIMESTAMP", "When the release was made, UTC."),
    ("as_of_at", "TIMESTAMP", "The moment the release answers for, UTC: nothing known later is in it."),
    ("scope", "VARCHAR", "live, or case: and the name of a bundled case."),
    ("window_from", "DATE", "First UTC day the run was asked for."),
    ("window_to", "DATE", "Last UTC day the run was asked for."),
    ("code_version", "VARCHAR", "Version of the code that made it."),
    ("is_degraded", "BOOLEAN", "Some source could not be had in full."),
    ("degraded_reasons", "VARCHAR", "Why, as a JSON list."),
    ("provenance", "VARCHAR", "Weakest among all rows: reconstructed, published or measured."),
    ("instants", "VARCHAR", "Moments with a marts_asof schema, as a JSON list of UTC times."),
)
CHECK_RESULTS = _table(
    "check_results",
    "What every rule of the gate said about this release.",
    ["rule_id"],
    ("rule_id", "VARCHAR", "Name of the rule."),
    ("table_schema", "VARCHAR", "Schema of the table the rule is about; NULL for the whole release."),
    ("table_name", "VARCHAR", "Table the rule is about; NULL for the whole release."),
    ("column_name", "VARCHAR", "Column, where the rule is about one."),
    ("kind", "VARCHAR", "What sort of doubt the rule raises, e.g. coverage or agreement."),
    ("severity", "VARCHAR", "critical blocks the release, warning does not."),
    (
        "status",
        "VARCHAR",
        "pass, or warn: a warning that failed. A release with fail or error is never published.",
    ),
    ("observed", "VARCHAR", "What was found."),
    ("why", "VARCHAR", "Why the rule exists."),
    ("owner", "VARCHAR", "Topic that answers for it."),
    ("sample_rows", "VARCHAR", "Up to five offending rows, as JSON."),
)
FRESHNESS = _table(
    "freshness",
    "How old every raw dataset is at the release's as-of time.",
    ["source", "dataset"],
    ("source", "VARCHAR", "Where the dataset comes from."),
    ("dataset", "VARCHAR", "Name of the dataset."),
    ("newest_event_at", "TIMESTAMP", "Newest moment a row is about, UTC."),
    ("newest_known_at", "TIMESTAMP", "Newest moment at which a row became known, UTC."),
    ("fetched_at", "TIMESTAMP", "When the source was last asked, UTC."),
    ("age_hours", "DOUBLE", "From the newest event to the as-of time.", "hours"),
    ("rows_count", "BIGINT", "Rows in raw, all versions.", "count"),
    ("is_degraded", "BOOLEAN", "This run could not get all of it."),
    ("not_asked", "VARCHAR", "Why the source was not asked at all; NULL where it was."),
)
TABLES = _table(
    "tables",
    "Every published table: how much of it there is, and why there is nothing where it is empty.",
    ["table_schema", "table_name"],
    ("table_schema", "VARCHAR", "Schema of the table."),
    ("table_name", "VARCHAR", "Name of the table."),
    ("topic", "VARCHAR", "What it is about."),
    ("rows_count", "BIGINT", "Its rows.", "count"),
    ("first_at", "TIMESTAMP", "Earliest time in its grain, UTC; NULL without rows or without a time in the grain."),
    ("last_at", "TIMESTAMP", "Latest time in its grain, UTC."),
    ("why_empty", "VARCHAR", "Why it has no rows, by the raw datasets behind it; NULL where it has some."),
)
LINEAGE = _table(
    "lineage",
    "The raw datasets behind every published table.",
    ["table_schema", "table_name", "source", "dataset"],
    ("table_schema", "VARCHAR", "Schema of the published table."),
    ("table_name", "VARCHAR", "Name of the published table."),
    ("source", "VARCHAR", "Where the dataset comes from."),
    ("dataset", "VARCHAR", "Name of the dataset; meta.captures lists its responses."),
)
CAPTURES = _table(
    "captures",
    "The responses, kept as they came, that the raw datasets were read from.",
    ["capture_id"],
    ("source", "VARCHAR", "Where it was asked."),
    ("dataset", "VARCHAR", "For which dataset."),
    ("capture_id", "VARCHAR", "Name of the response; raw rows carry it as _capture_id."),
    ("url", "VARCHAR", "What was asked for, without secrets."),
    ("received_at", "TIMESTAMP", "When the answer had arrived, UTC."),
    ("body_sha256", "VARCHAR", "sha256 of the answer's bytes, in hex."),
    ("provenance", "VARCHAR", "measured, published or reconstructed."),
    ("rows_count", "BIGINT", "Raw rows that came from it.", "count"),
)
LICENCES = _table(
    "licences",
    "On what terms every raw dataset came, and the strictest of them for every published table.",
    ["subject", "subject_group", "subject_name"],
    ("subject", "VARCHAR", "dataset or table."),
    ("subject_group", "VARCHAR", "Source of the dataset, or schema of the table."),
    ("subject_name", "VARCHAR", "Name of the dataset or table."),
    ("licence", "VARCHAR", "The terms; for a table the strictest among its raw datasets."),
    ("licence_url", "VARCHAR", "Where the terms are."),
    ("attribution", "VARCHAR", "Whom to name; for a table everybody upstream."),
    ("is_redistributable", "BOOLEAN", "Whether the figures may be passed on."),
    ("inherited_from", "VARCHAR", "For a table: the dataset whose terms these are."),
)
META_TABLES = (RELEASES, CHECK_RESULTS, FRESHNESS, TABLES, LINEAGE, CAPTURES, LICENCES)


def write_meta(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    facts: RunFacts,
    manifest: ReleaseManifest,
    results: Sequence[CheckResult],
) -> None:
    """Write the whole schema anew into the opened candidate."""
    connection.execute("begin")
    connection.execute("drop schema if exists meta cascade")
    connection.execute("create schema meta")
    _write(connection, RELEASES, [_release(manifest)])
    _write(connection, CHECK_RESULTS, (_check(result) for result in results))
    _write(connection, FRESHNESS, _freshness(facts))
    _write(connection, TABLES, [_extent(connection, table, facts) for table in catalog.tables])
    _write(connection, LINEAGE, _lineage(catalog))
    _write(
        connection,
        CAPTURES,
        ({name: getattr(fact, name) for name in CAPTURES.column_names} for fact in facts.captures),
    )
    _write(connection, LICENCES, table_licences(catalog, facts.licences))
    connection.execute("commit")


def _write(connection: duckdb.DuckDBPyConnection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    schema = pa.schema([(column.name, _ARROW[column.data_type]) for column in table.columns])
    connection.register("incoming", pa.Table.from_pylist([dict(row) for row in rows], schema=schema))
    connection.execute(
        statement(
            "create table {target} as select * from incoming order by {grain}",
            target=ident("meta", table.name),
            grain=Sql(", ".join(ident(name) for name in table.grain)),
        )
    ).fetchall()
    connection.unregister("incoming")
    comment(connection, ("meta",), table)


def _release(manifest: ReleaseManifest) -> dict[str, Any]:
    row = {name: getattr(manifest, name) for name in RELEASES.column_names}
    return {
        **row,
        "degraded_reasons": orjson.dumps(manifest.degraded_reasons).decode(),
        "instants": orjson.dumps([instant.isoformat() for instant in manifest.instants]).decode(),
    }


def _check(result: CheckResult) -> dict[str, Any]:
    schema, _, name = (result.table or "").rpartition(".")
    return {
        **result.to_dict(),
        "table_schema": schema or None,
        "table_name": name or None,
        "column_name": result.column,
    }


def _freshness(facts: RunFacts) -> Iterable[dict[str, Any]]:
    for dataset in facts.datasets:
        row = {name: getattr(dataset, name) for name in FRESHNESS.column_names if name != "age_hours"}
        yield {**row, "age_hours": age_hours(dataset.newest_event_at, facts.as_of_at)}


def age_hours(newest: datetime | None, as_of: datetime) -> float | None:
    """Hours from a dataset's newest event to the as-of time; None before its first row."""
    return (as_of - newest).total_seconds() / 3600 if newest else None


def _extent(connection: duckdb.DuckDBPyConnection, table: Table, facts: RunFacts) -> dict[str, Any]:
    rows_count, *span = extent_of(connection, table)
    first, last = (datetime.combine(at, time()) if type(at) is date else at for at in span)
    return {
        "table_schema": table.schema,
        "table_name": table.name,
        "topic": table.topic,
        "rows_count": rows_count,
        "first_at": first,
        "last_at": last,
        "why_empty": None if rows_count else why_empty(table, facts.datasets),
    }


def _lineage(catalog: Catalog) -> Iterable[dict[str, Any]]:
    for table in catalog.tables:
        for source, dataset in table.upstream:
            yield {
                "table_schema": table.schema,
                "table_name": table.name,
                "source": source,
                "dataset": dataset,
            }
