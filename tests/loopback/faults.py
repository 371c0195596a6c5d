"""Faults of content: answers that arrive whole and are wrong. How bytes go astray is in delivery.py.

A fault is a function of the answer's rows (ROW_FAULTS) or bytes (BODY_FAULTS), by the names used in
`Exchange.fault(pattern, kind, ...)`. A zip's checksum follows its faulty content: only reading can find it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ingestion.cases.wire import csv_name, zip_bytes
from tests.loopback.tables import Table

# Defaults where a fault is about a value: (price-like, volume-like) column of each dataset.
_VALUE = ("close", "sum_open_interest", "totalNetInflow", "difficulty")
_SIZE = ("volume", "sum_open_interest", "totalValueTraded", "difficulty")


def cell(table: Table, column: str, value: Any, rows: int = 1, first: int = 3) -> None:
    """Put `value` into a column of some rows."""
    for row in table.rows[first : first + rows]:
        row[table.at(column)] = value


def _one_of(table: Table, names: tuple[str, ...]) -> str:
    return next(name for name in names if name in table.columns)


def nan(table: Table, column: str | None = None, rows: int = 1) -> None:
    cell(table, column or _one_of(table, _VALUE), float("nan"), rows)


def infinity(table: Table, column: str | None = None, rows: int = 1) -> None:
    cell(table, column or _one_of(table, _VALUE), float("inf"), rows)


def negative_volume(table: Table, rows: int = 1) -> None:
    cell(table, _one_of(table, _SIZE), -1.0, rows)


def high_below_low(table: Table, rows: int = 1) -> None:
    for row in table.rows[3 : 3 + rows]:
        row[table.at("high")] = f"{float(row[table.at('low')]) - 1:.8f}"


def outside_day(table: Table, rows: int = 1, days: int = 1) -> None:
    """Rows of another day in this day's file."""
    for row in table.rows[3 : 3 + rows]:
        if table.shape == "headless":
            row[0] = str(int(row[0]) + days * 86_400 * 10 ** (len(row[0]) - 10))
        else:
            row[0] = str(datetime.fromisoformat(row[0]) + timedelta(days=days))


def dup_rows(table: Table, rows: int = 1) -> None:
    table.rows[4:4] = [list(row) for row in table.rows[3 : 3 + rows]]


def header_line(table: Table) -> None:
    """A header where the source has none."""
    table.rows.insert(0, list(table.columns))


def drop_column(table: Table, column: str) -> None:
    position = table.at(column)
    for line in [table.columns, *table.rows]:
        del line[position]


def rename_column(table: Table, old: str, new: str) -> None:
    table.columns[table.at(old)] = new


def drop_rows(table: Table, rows: int = 1, first: int = 3) -> None:
    """A gap."""
    del table.rows[first : first + rows]


def restated(table: Table, session: str, flow: float) -> None:
    """Another flow for one session; the running sum of it and of every later session moves with it."""
    day, net, total = (table.at(name) for name in ("date", "totalNetInflow", "cumNetInflow"))
    change = flow - next(row[net] for row in table.rows if row[day] == session)
    for row in table.rows:
        row[net] += change if row[day] == session else 0
        row[total] += change if row[day] >= session else 0


def foreign_member(path: str, body: bytes, name: str = "../../evil.csv") -> bytes:
    return zip_bytes(name, b"1,2,3\n")


def empty_member(path: str, body: bytes) -> bytes:
    return zip_bytes(csv_name(path), b"")


def zip_bomb(path: str, body: bytes, size: int = 64 << 20) -> bytes:
    return zip_bytes(csv_name(path), bytes(size))


def malformed_zip(path: str, body: bytes) -> bytes:
    """Starts like a zip and is none: its directory, at the end, is gone."""
    return body[: len(body) // 2]


def empty_body(path: str, body: bytes) -> bytes:
    return b""


def html200(path: str, body: bytes) -> bytes:
    return b"<!doctype html><html><head><title>One moment</title></head><body>Checking you</body></html>"


def error_body(path: str, body: bytes, answer: Any = None) -> bytes:
    """The host's error in an answer with status 200."""
    return json.dumps(answer or {"code": -1121, "msg": "Invalid symbol."}).encode()


ROW_FAULTS: dict[str, Callable[..., None]] = {
    f.__name__: f
    for f in (
        cell, nan, infinity, negative_volume, high_below_low, outside_day, dup_rows, header_line, drop_column,
        rename_column, drop_rows, restated,
    )
}  # fmt: skip
BODY_FAULTS: dict[str, Callable[..., bytes]] = {
    f.__name__: f for f in (foreign_member, empty_member, zip_bomb, malformed_zip, empty_body, html200, error_body)
}


def apply(kind: str, path: str, body: bytes, options: dict[str, Any]) -> bytes:
    """The body with one fault of content."""
    if kind in BODY_FAULTS:
        return BODY_FAULTS[kind](path, body, **options)
    table = Table.decode(path, body)
    ROW_FAULTS[kind](table, **options)
    return table.encode()
