"""`unwind sql`: one question to the current release."""

from __future__ import annotations

import csv as csv_module
import sys
from datetime import datetime

import duckdb
from rich.table import Table

from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.connect import open_release
from orchestration.console import err, out, told_plainly

SHOWN_ROWS = 200


@told_plainly
def ask(query: str, as_csv: bool) -> int:
    """Print the answer as a table, or as CSV with every row. Exit code 1 when DuckDB refuses the question."""
    path = Places(Settings().data_dir).published / "unwind.duckdb"
    with open_release(path) as connection:
        try:
            answer = connection.execute(query)
            names = [column[0] for column in answer.description or []]
            rows = answer.fetchall() if as_csv else answer.fetchmany(SHOWN_ROWS + 1)
        except duckdb.Error as error:
            err.print(f"[red]unwind:[/red] {str(error).splitlines()[0]}", soft_wrap=True)
            return 1
    if as_csv:
        writer = csv_module.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for position, name in enumerate(names):
        is_number = any(isinstance(row[position], int | float) for row in rows[:20])
        table.add_column(name, overflow="fold", justify="right" if is_number else "left")
    for row in rows[:SHOWN_ROWS]:
        table.add_row(*("NULL" if value is None else _shown(value) for value in row))
    out.print(table)
    if len(rows) > SHOWN_ROWS:
        err.print(f"… only the first {SHOWN_ROWS} rows; --csv prints all of them")
    return 0


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 1e4 else f"{value:.6g}"
    return str(value)
