"""Row by row, what one release says otherwise than another: rows added, removed and changed, with both values.

Whether a change is acceptable is judged by counts alone, in `changes.py` and `comparison.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb

from orchestration.candidate import DATABASE
from orchestration.catalog import PUBLISHED_SCHEMAS, Catalog, Table
from orchestration.digest import data_columns, row_text
from orchestration.identifiers import Sql, ident, literal, statement


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of a table. `values` maps a column to its old and new value, of a changed row the differing ones only."""

    change: Literal["added", "removed", "changed"]
    key: tuple[Any, ...]
    values: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class TableDifference:
    """One table of two releases. `rows` holds the first few in the order of the grain.

    note: why the tables cannot be held against each other row by row, None where they can.
    """

    table: Table
    added: int
    removed: int
    changed: int
    rows: tuple[RowChange, ...]
    note: str | None = None

    @property
    def is_any(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.note)


def differences(
    old: Path, new: Path, only: Sequence[str] | None = None, limit: int | None = 5
) -> Iterator[TableDifference]:
    """Compare two release folders, table by table; only: names with or without schema. limit: rows kept of a table."""
    before, after = _tables(old), _tables(new)
    with duckdb.connect() as connection:
        for name, folder in (("old", old), ("new", new)):
            path = literal((folder / DATABASE).resolve())
            connection.execute(statement("attach {path} as {name} (read_only)", path=path, name=ident(name)))
        for name in sorted({*before, *after}):
            table = after.get(name) or before[name]
            if only and not {name, table.name} & set(only):
                continue
            if name not in before or name not in after:
                side: Literal["old", "new"] = "new" if name in after else "old"
                count = _count(connection, side, table)
                added, removed = (count, 0) if side == "new" else (0, count)
                yield TableDifference(table, added, removed, 0, (), f"the {side} release alone has this table")
            elif before[name].grain != after[name].grain:
                yield TableDifference(table, 0, 0, 0, (), "its grain has changed, so rows cannot be paired")
            else:
                yield _compare(connection, before[name], after[name], limit)


def _tables(folder: Path) -> dict[str, Table]:
    catalog = Catalog.from_json((folder / "catalog.json").read_bytes())
    return {table.full_name: table for table in catalog.tables if table.schema in PUBLISHED_SCHEMAS}


def _count(connection: duckdb.DuckDBPyConnection, side: str, table: Table) -> int:
    target = ident(side, table.schema, table.name)
    return int(connection.execute(statement("select count(*) from {target}", target=target)).fetchall()[0][0])


def _compare(connection: duckdb.DuckDBPyConnection, before: Table, after: Table, limit: int | None) -> TableDifference:
    types = {column.name: column.data_type for column in before.columns}
    common = tuple(
        column.name
        for column in after.columns
        if column.name in data_columns(after) and types.get(column.name) == column.data_type
    )
    others = tuple(name for name in common if name not in after.grain)
    pieces = {
        "old": ident("old", after.schema, after.name),
        "new": ident("new", after.schema, after.name),
        "keys": _joined(" and ", "{a} = {b}", after.grain),
        "old_key": ident("a", after.grain[0]),
        "new_key": ident("b", after.grain[0]),
        "old_row": row_text(after, others, "a") if others else Sql("''"),
        "new_row": row_text(after, others, "b") if others else Sql("''"),
        "a": _joined(", ", "{a} as {old}", common),
        "b": _joined(", ", "{b} as {new}", common),
    }
    connection.execute(
        statement(
            "create or replace temp table different as "
            "select case when {old_key} is null then 'added' when {new_key} is null then 'removed' else 'changed' end "
            "as change, {a}, {b} from {old} as a full join {new} as b on {keys} "
            "where {old_key} is null or {new_key} is null or {old_row} <> {new_row}",
            **pieces,
        )
    )
    counts = dict(connection.execute("select change, count(*) from different group by change").fetchall())
    rows = connection.execute(
        statement(
            "select * from different order by {order}, change",
            order=_joined(", ", "coalesce({old}, {new})", after.grain),
        )
    )
    kept = rows.fetchall() if limit is None else rows.fetchmany(limit)
    note = _other_columns(before, after)
    return TableDifference(
        after,
        counts.get("added", 0),
        counts.get("removed", 0),
        counts.get("changed", 0),
        tuple(_row(after, common, row) for row in kept),
        note,
    )


def _joined(separator: str, template: str, names: Sequence[str]) -> Sql:
    """A template for every column, where it is in the two tables (a, b) and what it is called side by side."""
    places = (
        {"a": ident("a", name), "b": ident("b", name), "old": ident(f"old_{name}"), "new": ident(f"new_{name}")}
        for name in names
    )
    return Sql(separator.join(statement(template, **pieces) for pieces in places))


def _row(table: Table, common: Sequence[str], row: Sequence[Any]) -> RowChange:
    change, old, new = row[0], row[1 : 1 + len(common)], row[1 + len(common) :]
    by_name = {name: (old[position], new[position]) for position, name in enumerate(common)}
    key = tuple(by_name[name][1] if change == "added" else by_name[name][0] for name in table.grain)
    values = {
        name: pair
        for name, pair in by_name.items()
        if name not in table.grain and (change != "changed" or as_text(pair[0]) != as_text(pair[1]))
    }
    return RowChange(change, key, values)


def as_text(value: Any) -> str | None:
    """A value as the digests see it: floats at 12 significant digits."""
    if value is None:
        return None
    return f"{value + 0.0:.12g}" if isinstance(value, float) else str(value)


def _other_columns(before: Table, after: Table) -> str | None:
    old = {column.name: column.data_type for column in before.columns}
    new = {column.name: column.data_type for column in after.columns}
    told = [
        f"{word} {', '.join(names)}"
        for word, names in (
            ("new columns", [name for name in new if name not in old]),
            ("columns gone", [name for name in old if name not in new]),
            ("other types", [name for name in new if name in old and new[name] != old[name]]),
        )
        if names
    ]
    return "; ".join(told) or None
