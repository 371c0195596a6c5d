"""Queries printed in docs with what they answer on the bundled case, and how both are read back from a page.

The answers are taken from a release when a page is made. A page is checked against the models without one: printed
answers are read back from it. That they are still what a release answers is checked in tests/end_to_end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.errors import UnwindError
from ingestion.places import Places
from ingestion.settings import Settings
from orchestration import shelf
from orchestration.connect import open_release

CASE = "feb_2026"
LABEL = (
    f"Answer on the bundled case `{CASE}`, **reconstructed**: met where figures were quoted, simulated between them."
)
NO_ROWS = "*No rows.*"
_PRINTED = re.compile(
    r"```sql\n(?P<query>.*?)\n```\n\n" + re.escape(LABEL) + r"\n\n(?P<answer>.*?)\n(?:\n|\Z)", re.DOTALL
)


def block(query: str, answer: str) -> str:
    """A query and its answer, as they stand in a page."""
    return f"```sql\n{query}\n```\n\n{LABEL}\n\n{answer}\n"


def printed(text: str) -> dict[str, str]:
    """Every query of a page with the answer printed below it."""
    return {found["query"]: found["answer"] for found in _PRINTED.finditer(text)}


def answer_to(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """What a release answers, as a Markdown table."""
    result = connection.execute(query)
    names = [column[0] for column in result.description or []]
    return as_table(names, result.fetchall())


def as_table(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Rows as a Markdown table; numbers stand right."""
    if not rows:
        return NO_ROWS
    is_number = [any(type(row[position]) in (int, float) for row in rows) for position in range(len(names))]
    lines = [
        list(names),
        ["---:" if right else "---" for right in is_number],
        *([cell(value) for value in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: object) -> str:
    """One value: six digits are enough to read, and no more than a release made twice agrees in.

    >>> cell(-434_150_000.0), cell(66_885.12345), cell(0.1 + 0.2), cell(None), cell(True)
    ('-434,150,000', '66885.1', '0.3', 'NULL', 'true')
    >>> cell(datetime(2026, 2, 6, 21, 30)), cell("a | b")
    ('2026-02-06 21:30:00', 'a / b')
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1e6 else f"{value:.6g}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return " ".join(str(value).replace("|", "/").split())


def open_case() -> duckdb.DuckDBPyConnection:
    """The newest release of the bundled case on this machine. Raises UnwindError where there is none."""
    published = Places(Settings().data_dir).published
    release = shelf.last_release(published, f"case:{CASE}")
    if release is None:
        raise UnwindError(f"no release of the case {CASE} to take the answers from; make one with `make run`")
    return open_release(Path(shelf.database_of(published, release.release_id)))
