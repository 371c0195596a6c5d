"""Writes tables to CSV, Parquet and Excel files, each with its columns' descriptions where that format keeps them.

CSV has no place for descriptions, so a file of them stands beside it; Parquet holds them as field metadata, Excel as
notes on the header cells and on a first sheet.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from orchestration.refusals import ReleaseError

# What one sheet of Excel holds, its header included.
EXCEL_ROWS = 1_048_576
_SHEET_NAME = 31


class TooLongForExcel(ReleaseError):
    """A table with more rows than a sheet has."""


@dataclass(frozen=True, slots=True)
class Note:
    """What every file says of the release it is from."""

    release_id: str
    as_of_at: datetime
    scope: str
    provenance: str

    @property
    def is_reconstructed(self) -> bool:
        return self.provenance == "reconstructed"

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        return (
            ("release", self.release_id),
            ("answers as of", f"{self.as_of_at:%Y-%m-%d %H:%M} UTC"),
            ("scope", self.scope),
            ("weakest provenance", self.provenance),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One table to write. `columns` maps a name to its description; an answer to a query has none."""

    name: str
    table: pa.Table
    description: str
    columns: Mapping[str, str]
    licence: str
    attribution: str

    @property
    def stem(self) -> str:
        return self.name.removeprefix("marts.")


def write_csv(parts: Sequence[Part], note: Note, folder: Path) -> list[Path]:
    """<table>.csv each, and columns.csv and release.csv for all of them."""
    written = []
    for part in parts:
        written.append(folder / f"{part.stem}.csv")
        pa.csv.write_csv(part.table, written[-1])
    described = [(part.name, name, text) for part in parts for name, text in part.columns.items()]
    terms = [(f"licence of {part.name}", f"{part.licence}; {part.attribution}".rstrip("; ")) for part in parts]
    written.append(_write_rows(folder / "columns.csv", ("table", "column", "description"), described))
    written.append(_write_rows(folder / "release.csv", ("what", "value"), [*note.lines, *terms]))
    return written


def write_parquet(parts: Sequence[Part], note: Note, folder: Path) -> list[Path]:
    """<table>.parquet each; descriptions, licence and release are in the file's metadata."""
    written = []
    for part in parts:
        fields = [
            field.with_metadata({"comment": part.columns[field.name]}) if field.name in part.columns else field
            for field in part.table.schema
        ]
        about: dict[str | bytes, str | bytes] = {
            "comment": part.description,
            "licence": part.licence,
            "attribution": part.attribution,
            **dict(note.lines),
        }
        written.append(folder / f"{part.stem}.parquet")
        pq.write_table(part.table.cast(pa.schema(fields, metadata=about)), written[-1], compression="zstd")
    return written


def write_xlsx(parts: Sequence[Part], note: Note, folder: Path) -> list[Path]:
    """unwind.xlsx: a first sheet about the release, then a sheet each. Raises TooLongForExcel."""
    import xlsxwriter

    if long := [part.name for part in parts if part.table.num_rows >= EXCEL_ROWS]:
        raise TooLongForExcel(f"more rows than a sheet of Excel has: {', '.join(long)}; take --parquet or a query")
    path = folder / "unwind.xlsx"
    # Text stays text: what begins with = or looks like a link is data here.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
    with xlsxwriter.Workbook(str(path), options) as book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        cover, names = book.add_worksheet("about"), _sheet_names(parts)
        for row, (what, value) in enumerate(note.lines):
            cover.write_row(row, 0, (what, value))
        start = len(note.lines) + 1
        cover.write_row(start, 0, ("sheet", "table", "licence", "attribution", "what it is"), bold)
        for row, part in enumerate(parts, start + 1):
            cover.write_row(row, 0, (names[part.name], part.name, part.licence, part.attribution, part.description))
        cover.set_column(0, 3, 28)
        for part in parts:
            _write_sheet(book.add_worksheet(names[part.name]), part, bold, day)
    return [path]


WRITERS: Mapping[str, Callable[[Sequence[Part], Note, Path], list[Path]]] = {
    "csv": write_csv,
    "parquet": write_parquet,
    "xlsx": write_xlsx,
}


def _write_sheet(sheet: Any, part: Part, bold: Any, day: Any) -> None:
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(part.table.column_names):
        sheet.write_string(0, column, name, bold)
        if text := part.columns.get(name):
            sheet.write_comment(0, column, text, {"x_scale": 3, "y_scale": 2})
        sheet.set_column(column, column, max(12, len(name) + 2))
        for row, value in enumerate(part.table.column(column).to_pylist(), 1):
            if value is None:
                continue
            if isinstance(value, date) and not isinstance(value, datetime):
                sheet.write_datetime(row, column, value, day)
            elif isinstance(value, str | bool | int | float | datetime):
                sheet.write(row, column, value)


def _sheet_names(parts: Sequence[Part]) -> dict[str, str]:
    """A sheet's name has 31 characters and is used once."""
    names: dict[str, str] = {}
    for part in parts:
        short = part.stem.removeprefix("fct_")[:_SHEET_NAME]
        taken = set(names.values())
        names[part.name] = short if short not in taken else f"{short[: _SHEET_NAME - 3]}_{len(taken)}"
    return names


def _write_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
