"""iShares: shares outstanding and net asset value of the bitcoin trust IBIT, all sessions in one workbook."""

from __future__ import annotations

import html
import re
from datetime import time

import polars as pl

from ingestion.bodies import csv_frame, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.local_time import utc_at
from ingestion.request import Request
from ingestion.row_times import reason_for_date
from ingestion.sources import Feed
from ingestion.text_tables import last_line_reason
from ingestion.windows import Window

URL = (
    "https://www.ishares.com/us/products/333011/fund/1521942788811.ajax"
    "?fileType=xls&fileName=iShares-Bitcoin-Trust-ETF_fund&dataType=fund"
)
SYMBOL = "IBIT"
SHEET = "Historical"
_COLUMNS = {
    "As Of": "day",
    "NAV per Share": "nav_per_share_usd",
    "Shares Outstanding": "shares_outstanding_count",
}
_SHEET = re.compile(rf'<ss:Worksheet\s+ss:Name="{SHEET}"[^>]*>(.*?)</ss:Worksheet>', re.DOTALL)
_ROW = re.compile(r"<ss:Row\b[^>]*>(.*?)</ss:Row>", re.DOTALL)
_CELL = re.compile(r"<ss:Data\b[^>]*>(.*?)</ss:Data>", re.DOTALL)


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [Request(source=dataset.source, dataset=dataset.name, url=URL, kind="text", series=SYMBOL)]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Value of one share in dollars and number of shares by session; a session with `--` for either is no row."""
    if capture.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        frame = _from_workbook(capture.body).with_columns(pl.lit(None, dtype=pl.String).alias("cut"))
    else:
        frame = csv_frame(capture.body, _COLUMNS, "the fund's history").with_columns(
            last_line_reason(capture).alias("cut")
        )
    measures = ["nav_per_share_usd", "shares_outstanding_count"]
    frame = frame.filter(pl.all_horizontal(pl.col(measures).fill_null("") != "--"))
    day = pl.col("day").str.to_date("%b %d, %Y", strict=False)
    return frame.select(
        pl.lit(SYMBOL).alias("symbol"),
        day.alias("session_date"),
        utc_at(day, time(16)).alias("observed_at"),
        *[pl.col(name).str.replace_all(",", "").str.strip_prefix("$") for name in measures],
        pl.coalesce("cut", reason_for_date(day, what="session date")).alias("_reject"),
    )


def _from_workbook(body: bytes) -> pl.DataFrame:
    """The sheet's cells from SpreadsheetML 2003.

    Read by patterns and not by an XML parser: these workbooks are known not to be well-formed elsewhere
    (bare ampersands, tags closed by another name), and one sheet is all we need.
    """
    sheet = _SHEET.search(body.decode("utf-8-sig", errors="replace"))
    if not sheet:
        raise UnreadableBody(f"no whole sheet {SHEET!r} in the workbook")
    rows = [[html.unescape(cell).strip() for cell in _CELL.findall(row)] for row in _ROW.findall(sheet[1])]
    headers = [number for number, row in enumerate(rows) if row and row[0] == "As Of"]
    if not headers or not set(_COLUMNS) <= set(rows[headers[0]]):
        raise UnreadableBody(f"sheet {SHEET!r} has no row with {list(_COLUMNS)}")
    header = rows[headers[0]]
    frame = rows_frame([row for row in rows[headers[0] + 1 :] if row], header)
    return frame.select(pl.col(theirs).alias(ours) for theirs, ours in _COLUMNS.items())


FEEDS = {"ibit_fund_history": Feed(requests, parse)}
