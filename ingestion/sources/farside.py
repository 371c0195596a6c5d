"""Farside: flow of every US spot bitcoin fund by session, an HTML table in millions of dollars."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal, InvalidOperation
from html.parser import HTMLParser

import polars as pl

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.local_time import utc_at
from ingestion.request import Request
from ingestion.row_times import reason_for_date
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://farside.co.uk/btc/"
ANCHOR = "IBIT"
TOTAL = "Total"
# Rows about the funds or over all sessions, not about one.
SUMMARIES = {"", "Fee", "Seed", TOTAL, "Average", "Maximum", "Minimum"}
PENDING = "-"
DATE = "%d %b %Y"
MILLION = 1_000_000


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [Request(source=dataset.source, dataset=dataset.name, url=URL, kind="html")]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Flows in dollars, one row per session and fund, and `total` where every fund has reported.

    `(1.2)` is an outflow, `0.0` no flow, `-` nothing reported yet or a fund that had not begun. While a fund is
    pending the total is a part of itself, or 0.0, and no row.
    """
    header, lines = _table(capture.body)
    funds = header[1:-1]
    begun: set[str] = set()
    rows: list[tuple[str, str, str]] = []
    for label, *cells in _oldest_first([line for line in lines if line[0] not in SUMMARIES]):
        if len(cells) != len(header) - 1:
            raise UnreadableBody(f"{label}: {len(cells)} cells, expected {len(header) - 1}")
        reported = {fund: cell for fund, cell in zip(funds, cells, strict=False) if cell != PENDING}
        begun |= set(reported)
        rows += [(label, fund, _usd(cell)) for fund, cell in reported.items()]
        if reported and set(reported) == begun and cells[-1] != PENDING:
            rows.append((label, TOTAL.lower(), _usd(cells[-1])))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(("day", "fund", "net_flow_usd"), pl.String), orient="row")
    session = pl.col("day").str.to_date(DATE, strict=False)
    return frame.select(
        pl.lit("BTC").alias("asset"),
        "fund",
        session.alias("session_date"),
        utc_at(session, time(16)).alias("observed_at"),
        "net_flow_usd",
        reason_for_date(session, what="session date").alias("_reject"),
    )


def _table(body: bytes) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the funds' table."""
    reader = _Rows()
    reader.feed(body.decode("utf-8", errors="replace"))
    for rows in reader.tables:
        for number, row in enumerate(rows):
            if ANCHOR in row:
                return [*row[:-1], TOTAL], rows[number + 1 :]
    raise UnreadableBody(f"no whole table with a column {ANCHOR}")


def _oldest_first(lines: list[list[str]]) -> list[list[str]]:
    """By the session in the first cell; a line whose date cannot be read comes last and is refused later."""
    days = pl.Series([line[0] for line in lines], dtype=pl.String).str.to_date(DATE, strict=False)
    order = sorted(range(len(lines)), key=lambda number: days[number] or date.max)
    return [lines[number] for number in order]


def _usd(cell: str) -> str:
    """Millions with a bracket for minus, as dollars; what is no number stays as it is for landing to refuse."""
    text = cell.replace(",", "")
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    try:
        return str(Decimal(text) * MILLION)
    except InvalidOperation:
        return cell


class _Rows(HTMLParser):
    """Texts of the cells of every table that was closed: a table without its end may lack rows."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._rows: list[list[str]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th") and self._cell is not None and self._rows:
            self._rows[-1].append(" ".join("".join(self._cell).split()))
            self._cell = None
        elif tag == "table":
            self.tables.append([row for row in self._rows if row])

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)


FEEDS = {"btc_flows": Feed(requests, parse)}
