"""What a release publishes, read from dbt's manifest: tables, grain, columns, raw datasets behind them.

The models' YAML is the one declaration; the candidate's comments, catalog.json, the lineage and the digests
all read it from here. Whether the data fit it is found out in `candidate.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from orchestration.refusals import IncompleteCatalog

PUBLISHED_SCHEMAS = ("marts", "vintages")


@dataclass(frozen=True, slots=True)
class Column:
    """One documented column; `unit` is None for keys, times, flags and words."""

    name: str
    data_type: str
    description: str
    unit: str | None = None

    @property
    def comment(self) -> str:
        """What a reader of the file, or of a tool upon it, is told."""
        return f"{self.description} Unit: {self.unit}." if self.unit else self.description


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """What a user of a table should know: about which columns (none: the whole table), of which days, and why."""

    why: str
    columns: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One published table. `upstream` holds the raw datasets it is made from, as (source, dataset)."""

    schema: str
    name: str
    description: str
    topic: str
    grain: tuple[str, ...]
    columns: tuple[Column, ...]
    upstream: tuple[tuple[str, str], ...] = ()
    known_issues: tuple[KnownIssue, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class Catalog:
    """All published tables, in the order of their names."""

    tables: tuple[Table, ...]

    def of_schema(self, schema: str) -> tuple[Table, ...]:
        return tuple(table for table in self.tables if table.schema == schema)

    def to_json(self, **more: Any) -> bytes:
        body = {**more, "tables": [asdict(table) for table in self.tables]}
        return orjson.dumps(body, option=orjson.OPT_INDENT_2)

    @staticmethod
    def from_json(body: bytes) -> Catalog:
        return Catalog(tuple(_table_from_json(table) for table in orjson.loads(body)["tables"]))


def read_catalog(manifest: Path) -> Catalog:
    """The published tables of a dbt project. Raises IncompleteCatalog naming what is undocumented."""
    written = manifest.stat()
    return _read(manifest, (written.st_mtime_ns, written.st_size))


@lru_cache(maxsize=4)  # a run asks four times, and a manifest is megabytes
def _read(manifest: Path, written: tuple[int, int]) -> Catalog:  # noqa: ARG001
    nodes: Mapping[str, Any] = orjson.loads(manifest.read_bytes())
    models = sorted(
        (node for node in nodes["nodes"].values() if _is_published(node)),
        key=lambda node: (node["schema"], node["name"]),
    )
    tables = tuple(_table(node, nodes) for node in models)
    if gaps := [gap for table in tables for gap in _gaps(table)]:
        raise IncompleteCatalog("the public layer is not fully documented: " + "; ".join(gaps))
    if not tables:
        raise IncompleteCatalog(f"{manifest} declares no model in {' or '.join(PUBLISHED_SCHEMAS)}")
    return Catalog(tables)


def _is_published(node: Mapping[str, Any]) -> bool:
    return bool(node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS)


def _table(node: Mapping[str, Any], manifest: Mapping[str, Any]) -> Table:
    meta = _meta(node)
    return Table(
        schema=node["schema"],
        name=node.get("alias") or node["name"],
        description=_one_line(node["description"]),
        topic=meta.get("topic", ""),
        grain=tuple(meta.get("grain", ())),
        columns=tuple(
            Column(
                name=column["name"],
                data_type=(column.get("data_type") or "").upper(),
                description=_one_line(column["description"]),
                unit=_meta(column).get("unit"),
            )
            for column in node["columns"].values()
        ),
        upstream=tuple(sorted(set(_sources(node["unique_id"], manifest, set())))),
        known_issues=tuple(
            _issue({"first": issue.pop("from", None), "last": issue.pop("to", None), **issue})
            for issue in map(dict, meta.get("known_issues", ()))
        ),
    )


def _sources(unique_id: str, manifest: Mapping[str, Any], seen: set[str]) -> Iterator[tuple[str, str]]:
    """Walk up to the sources. A seed is part of the code, so it is no raw dataset."""
    if unique_id in seen:
        return
    seen.add(unique_id)
    if source := manifest["sources"].get(unique_id):
        yield source["source_name"], source["name"]
    for parent in manifest["nodes"].get(unique_id, {}).get("depends_on", {}).get("nodes", ()):
        yield from _sources(parent, manifest, seen)


def _meta(part: Mapping[str, Any]) -> dict[str, Any]:
    """Meta of a node or column: dbt moved it under `config` and keeps the old place."""
    return {**part.get("meta", {}), **part.get("config", {}).get("meta", {})}


def _gaps(table: Table) -> Iterator[str]:
    for part in ("description", "topic", "grain", "columns"):
        if not getattr(table, part):
            yield f"{table.full_name} has no {part}"
    if unknown := sorted(set(table.grain) - set(table.column_names)):
        yield f"{table.full_name} names {', '.join(unknown)} in its grain but not among its columns"
    for issue in table.known_issues:
        if unknown := sorted(set(issue.columns) - set(table.column_names)):
            yield f"{table.full_name} has a known issue about {', '.join(unknown)}, which it does not have"
    for column in table.columns:
        for part in ("data_type", "description"):
            if not getattr(column, part):
                yield f"{table.full_name}.{column.name} has no {part}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _table_from_json(body: Mapping[str, Any]) -> Table:
    return Table(
        **{
            **body,
            "grain": tuple(body["grain"]),
            "columns": tuple(Column(**column) for column in body["columns"]),
            "upstream": tuple((source, dataset) for source, dataset in body["upstream"]),
            "known_issues": tuple(_issue(issue) for issue in body.get("known_issues", ())),
        }
    )


def _issue(body: Mapping[str, Any]) -> KnownIssue:
    days = {name: date.fromisoformat(str(body[name])) for name in ("first", "last") if body.get(name)}
    return KnownIssue(_one_line(body["why"]), tuple(body.get("columns", ())), **days)
