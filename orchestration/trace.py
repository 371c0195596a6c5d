"""From a published column back to the captured bytes: models, raw datasets, captures and their hashes.

A release knows its datasets and captures by itself (`meta.lineage`, `meta.captures`); which models lie between is read
from this installation's project. Bodies are looked up where the run kept them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import orjson
import polars as pl

from ingestion.capture import CaptureStore
from ingestion.contract import Dataset
from ingestion.errors import UnwindError
from ingestion.places import Places
from orchestration.catalog import Column, Table
from orchestration.identifiers import Sql, ident, idents, literal, statement
from orchestration.refusals import ReleaseError


class NotPublished(ReleaseError):
    """A table, column or row that the release does not have."""


@dataclass(frozen=True, slots=True)
class Model:
    """One step on the way: its name, the file it stands in, and what its author says it does."""

    name: str
    layer: str
    file: str
    description: str


@dataclass(frozen=True, slots=True)
class CaptureProof:
    """One captured answer. `is_intact`: its stored bytes still have the hash; None where they are not kept here."""

    source: str
    dataset: str
    capture_id: str
    url: str
    received_at: datetime
    body_sha256: str
    provenance: str
    rows_count: int
    is_intact: bool | None = None


def find_column(tables: Sequence[Table], name: str) -> tuple[Table, Column | None]:
    """The table and column that `[schema.]table[.column]` names. Raises NotPublished."""
    parts = name.split(".")
    for table in tables:
        for given in ([table.schema, table.name], [table.name]):
            if parts[: len(given)] == given and len(parts) <= len(given) + 1:
                rest = parts[len(given) :]
                column = next((one for one in table.columns if [one.name] == rest), None)
                if rest and column is None:
                    raise NotPublished(
                        f"{table.full_name} has no column {rest[0]}; it has {', '.join(table.column_names)}"
                    )
                return table, column
    raise NotPublished(f"{name} is not in the release; `unwind sql 'from meta.tables'` lists what is")


def models_behind(table: Table, manifest: Path) -> list[Model]:
    """Every model from staging to the table, in the order data pass them."""
    nodes: Mapping[str, Any] = orjson.loads(manifest.read_bytes())["nodes"]
    found: dict[str, Model] = {}

    def visit(unique_id: str) -> None:
        node = nodes.get(unique_id)
        if node is None or unique_id in found or node["resource_type"] != "model":
            return
        for parent in node["depends_on"]["nodes"]:
            visit(parent)
        text = " ".join(str(node.get("description", "")).split())
        file = node.get("original_file_path", "")
        found[unique_id] = Model(node["name"], node["schema"], f"dbt_project/{file}" if file else "", text)

    for unique_id, node in nodes.items():
        if node["resource_type"] == "model" and (node["schema"], node["name"]) == (table.schema, table.name):
            visit(unique_id)
    return list(found.values())


def find_row(connection: duckdb.DuckDBPyConnection, table: Table, given: Mapping[str, str]) -> dict[str, Any]:
    """The one row of these values. Raises NotPublished for none, several, or a column that is not there."""
    if unknown := sorted(set(given) - set(table.column_names)):
        raise NotPublished(
            f"{table.full_name} has no column {', '.join(unknown)}; its grain is {', '.join(table.grain)}"
        )
    conditions = [
        statement("cast({name} as varchar) = {value}", name=ident(name), value=literal(value))
        for name, value in given.items()
    ]
    answer = connection.execute(
        statement(
            "select {columns} from {table} where {conditions} limit 6",
            columns=idents(table.column_names),
            table=ident(table.schema, table.name),
            conditions=Sql(" and ".join(conditions)),
        )
    )
    rows = [dict(zip(table.column_names, row, strict=True)) for row in answer.fetchall()]
    if len(rows) != 1:
        count = "no row" if not rows else "several rows"
        raise NotPublished(f"{count} of {table.full_name} with {given}; its grain is {', '.join(table.grain)}")
    return rows[0]


def captures_of(connection: duckdb.DuckDBPyConnection, source: str, dataset: str) -> list[CaptureProof]:
    """The captures of a dataset in the release, oldest first."""
    rows = connection.execute(
        "select source, dataset, capture_id, url, received_at, body_sha256, provenance, rows_count from meta.captures "
        "where source = ? and dataset = ? order by received_at, url, capture_id",
        [source, dataset],
    ).fetchall()
    return [CaptureProof(*row) for row in rows]


def captures_of_row(
    dataset: Dataset, places: Places, table: Table, row: Mapping[str, Any], known: Sequence[CaptureProof]
) -> Iterator[CaptureProof]:
    """Those captures whose raw rows are about the day of a published row, with their bytes hashed anew.

    Raw rows of the day count where they agree with the row in every key that they share by name, as the asset; a value
    that raw does not know, as the venue `all`, tells nothing apart. Earlier days that a model looks back on, for a mean
    of 60 days say, are not followed.
    """
    day = _day(table, row)
    files = sorted((places.raw / dataset.source / dataset.name).glob("*.parquet"))
    if day is None or not files:
        return
    shared = [column.name for column in dataset.columns if column.name in table.grain and column.data_type == "varchar"]
    rows = pl.concat([pl.read_parquet(path, columns=[dataset.event_time, *shared, "_capture_id"]) for path in files])
    rows = rows.filter(pl.col(dataset.event_time).cast(pl.Date) == day)
    for name in shared:
        if row[name] in rows[name]:
            rows = rows.filter(pl.col(name) == row[name])
    ids = set(rows["_capture_id"].to_list())
    store = CaptureStore(places.capture)
    for proof in known:
        if proof.capture_id in ids:
            yield _proved(proof, store)


def _day(table: Table, row: Mapping[str, Any]) -> date | None:
    """The UTC day a row is about: of the first time in its grain. An hour that ends a day belongs to that day."""
    for name in table.grain:
        value = row[name]
        if isinstance(value, datetime):
            return (value - timedelta(microseconds=1) if name.endswith("_end_at") else value).date()
        if isinstance(value, date):
            return value
    return None


def _proved(proof: CaptureProof, store: CaptureStore) -> CaptureProof:
    try:
        kept = store.read(proof.source, proof.dataset, [proof.capture_id])
    except UnwindError:
        return replace(proof, is_intact=False)
    return replace(proof, is_intact=kept[0].body_sha256 == proof.body_sha256 if kept else None)
