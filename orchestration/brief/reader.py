"""Asks a finished release: rows as dictionaries, what the release says of itself, and why a table has nothing.

Which questions are asked is the sections' business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson

from orchestration.brief.section import Figure, Said, said
from orchestration.connect import open_release
from orchestration.identifiers import Sql, ident, statement
from orchestration.run_scope import asof_schema

Row = dict[str, Any]
SHOWN_DATASETS = 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands in every caption: which release, as of when, from what, and how its audit went."""

    release_id: str
    as_of_at: datetime
    scope: str
    window_from: date
    window_to: date
    provenance: str
    degraded: tuple[str, ...]
    instants: tuple[datetime, ...]
    passed_count: int
    warned_count: int


class Release:
    """One open release."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._counts: dict[str, int] = {}
        self._known = {row["name"] for row in self.rows("select table_name as name from duckdb_tables()")}
        self.facts = self._read_facts()

    def rows(self, query: str, **values: Any) -> list[Row]:
        """The answer, one dictionary a row. Of `values`, those that the query names as `$name` are bound."""
        bound = {name: value for name, value in values.items() if re.search(rf"\${name}\b", query)}
        answer = self._connection.execute(query, bound or None)
        names = [column[0] for column in answer.description or []]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def row(self, query: str, **values: Any) -> Row:
        """The first row of the answer; empty where there is none."""
        return next(iter(self.rows(query, **values)), {})

    def has(self, table: str, schema: str = "marts") -> bool:
        """Whether the table is there and has rows."""
        name = f"{schema}.{table}"
        if name not in self._counts:
            there = self.row(
                "select 1 from duckdb_tables() where schema_name = $schema and table_name = $name",
                schema=schema,
                name=table,
            )
            counting = statement("select count(*) as rows_count from {table}", table=ident(schema, table))
            self._counts[name] = self.row(counting)["rows_count"] if there else 0
        return self._counts[name] > 0

    def why_empty(self, table: str) -> Said:
        """The release's own reason why a table has no rows, with the first few of the datasets it names."""
        reason = self.row("select why_empty from meta.tables where table_name = $name", name=table).get("why_empty")
        if not reason:
            return said("why.unknown_table" if table not in self._known else "no_rows_in_window", table=table)
        groups = [group.partition(": ") for group in str(reason).split("; ")]
        return said("why.groups", groups=[_group(names, why) for names, _, why in groups])

    def schema_of(self, instant: datetime | None) -> Sql:
        """The marts as they stood at a moment that the release keeps, or as they ended."""
        return ident(asof_schema(instant)) if instant else ident("marts")

    def _read_facts(self) -> Facts:
        [told] = self.rows("select * from meta.releases")
        statuses = {row["status"]: row["n"] for row in self.rows(
            "select status, count(*) as n from meta.check_results group by status"
        )}  # fmt: skip
        return Facts(
            release_id=told["release_id"],
            as_of_at=told["as_of_at"],
            scope=told["scope"],
            window_from=told["window_from"],
            window_to=told["window_to"],
            provenance=told["provenance"],
            degraded=tuple(orjson.loads(told["degraded_reasons"])),
            instants=tuple(sorted(datetime.fromisoformat(text) for text in orjson.loads(told["instants"]))),
            passed_count=statuses.get("pass", 0),
            warned_count=sum(n for status, n in statuses.items() if status != "pass"),
        )


def _group(names: str, why: str) -> Said:
    listed = names.split(", ")
    if not why:
        return said("why.plain", why=names)
    key = "why.more" if len(listed) > SHOWN_DATASETS else "why.few"
    return said(key, names=listed[:SHOWN_DATASETS], more=len(listed) - SHOWN_DATASETS, why=Figure(why, "label"))


@contextmanager
def reading(database: Path) -> Iterator[Release]:
    """Open a release for reading, and close it: one process may hold a file in one configuration only."""
    with open_release(database) as connection:
        yield Release(connection)
