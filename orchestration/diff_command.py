"""`unwind diff`: what one kept release says otherwise than another, for a person or as CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table as Grid

from ingestion.places import Places
from ingestion.settings import Settings
from orchestration.console import err, out, told_plainly
from orchestration.difference import TableDifference, as_text, differences
from orchestration.refusals import NoSuchRelease
from orchestration.shelf import current_id, released_folder, shelved_ids

NO_VALUE = "NULL"


@told_plainly
def diff(old: str | None, new: str | None, tables: list[str], limit: int, as_csv: bool) -> int:
    """Print the differences; without names the current release is held against the one before it."""
    published = Places(Settings().data_dir).published
    kept = shelved_ids(published)
    new = new or current_id(published)
    if new not in kept:
        raise NoSuchRelease(f"there is no release {new}; `unwind releases` lists them")
    old = old or next(iter(kept[: kept.index(new)][::-1]), None)
    if old not in kept:
        raise NoSuchRelease(f"there is no release {old} to compare with; `unwind releases` lists them")
    found = differences(
        released_folder(published, old), released_folder(published, new), tables, None if as_csv else limit
    )
    if as_csv:
        _write_csv(found)
        return 0
    out.print(f"[bold]{old}[/bold] → [bold]{new}[/bold]")
    different = [one for one in found if one.is_any]
    for one in different:
        _show(one)
    if not different:
        out.print("every row is the same")
    return 0


def _show(one: TableDifference) -> None:
    counts = f"{one.added:,} added, {one.removed:,} removed, {one.changed:,} changed"
    out.print(f"\n[bold]{one.table.full_name}[/bold]: {counts}{f' ({escape(one.note)})' if one.note else ''}")
    grid = Grid(box=None, pad_edge=False, header_style="bold")
    for name in ("", ", ".join(one.table.grain), "column", "old", "new"):
        grid.add_column(name, overflow="fold")
    for row in one.rows:
        key = ", ".join(as_text(value) or NO_VALUE for value in row.key)
        if row.change != "changed":
            grid.add_row(row.change, key)
            continue
        for number, (column, (before, after)) in enumerate(row.values.items()):
            lead = (row.change, key) if not number else ("", "")
            grid.add_row(*lead, column, as_text(before) or NO_VALUE, as_text(after) or NO_VALUE)
    if one.rows:
        out.print(grid)
    rest = one.added + one.removed + one.changed - len(one.rows)
    if rest and one.rows:
        err.print(f"… and {rest:,} rows more; --limit shows them, --csv all of them")


def _write_csv(found: Iterable[TableDifference]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["table", "change", "key", "column", "old", "new"])
    for one in found:
        for row in one.rows:
            key = "; ".join(f"{name}={as_text(value)}" for name, value in zip(one.table.grain, row.key, strict=True))
            for column, (before, after) in row.values.items():
                writer.writerow([one.table.full_name, row.change, key, column, as_text(before), as_text(after)])
