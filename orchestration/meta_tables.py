"""The `meta` schema of a release: what it is, what was checked, how fresh, from where, on what terms.

The tables are declared in `meta_schema.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from orchestration.candidate import comment
from orchestration.catalog import Catalog, Table
from orchestration.check_result import CheckResult
from orchestration.empty_tables import why_empty
from orchestration.extents import extent_of
from orchestration.identifiers import Sql, ident, statement
from orchestration.licences import table_licences
from orchestration.meta_schema import (
    CAPTURES,
    CHECK_RESULTS,
    FRESHNESS,
    KNOWN_ISSUES,
    LICENCES,
    LINEAGE,
    METRIC_CARDS,
    RELEASES,
    RULES,
    TABLES,
)
from orchestration.metric_cards import cards_of
from orchestration.release_manifest import ReleaseManifest
from orchestration.rule_book import BookedRule
from orchestration.run_facts import RunFacts

_ARROW: dict[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}


def write_meta(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    facts: RunFacts,
    manifest: ReleaseManifest,
    results: Sequence[CheckResult],
    book: Sequence[BookedRule],
) -> None:
    """Write the whole schema anew into the opened candidate."""
    connection.execute("begin")
    connection.execute("drop schema if exists meta cascade")
    connection.execute("create schema meta")
    _write(connection, RELEASES, [_release(manifest)])
    _write(connection, RULES, _rules(book))
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
    _write(connection, METRIC_CARDS, _metric_cards(catalog))
    _write(connection, KNOWN_ISSUES, _known_issues(catalog))
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


def _rules(book: Sequence[BookedRule]) -> Iterator[dict[str, Any]]:
    for rule in book:
        schema, _, name = (rule.table or "").partition(".")
        yield {
            "rule_id": rule.id,
            "layer": rule.layer,
            "table_schema": schema or None,
            "table_name": name or None,
            "column_names": ", ".join(rule.columns) or None,
            "kind": rule.kind,
            "severity": rule.severity,
            "owner": rule.owner,
            "condition": rule.says,
            "why": rule.why,
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


def _metric_cards(catalog: Catalog) -> Iterator[dict[str, Any]]:
    for table in catalog.tables:
        for card in cards_of(table):
            caveats = [
                issue.why for issue in table.known_issues if card.column_name in (issue.columns or table.column_names)
            ]
            yield {
                **{name: getattr(card, name) for name in METRIC_CARDS.column_names if hasattr(card, name)},
                "grain": ", ".join(card.grain),
                "sources": ", ".join(f"{source}/{dataset}" for source, dataset in table.upstream),
                "caveat": " ".join(caveats) or None,
            }


def _known_issues(catalog: Catalog) -> Iterator[dict[str, Any]]:
    for table in catalog.tables:
        for issue in table.known_issues:
            yield {
                "table_schema": table.schema,
                "table_name": table.name,
                "column_names": ", ".join(issue.columns) or None,
                "from_date": issue.first,
                "to_date": issue.last,
                "why": issue.why,
            }
