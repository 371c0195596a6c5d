"""OKX's monthly files of funding: the listing that says where they are, and what is in them.

The venue's days, and so its months, begin at 16:00 UTC of the day before.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from ingestion.archives import read_single_member
from ingestion.bodies import csv_frame, gate, listed, objects, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.funding import with_interval_hours
from ingestion.questions import epoch_ms, get_json, last_ms
from ingestion.request import Request
from ingestion.row_times import place, reason_for_time
from ingestion.windows import Window, whole

API = "https://www.okx.com/api/v5"
FILE_HOST = "static.okx.com"
FAMILIES = ("BTC-USDT", "ETH-USDT")
VENUE_CLOCK = timedelta(hours=8)
# A month's file is there two to three days after it.
MONTH_IS_OUT = timedelta(days=3)
_FILE = re.compile(r"([A-Z0-9-]+-SWAP)-fundingrates-(\d{4}-\d{2})")

# The code is a string, and errors come with status 200 as well.
is_answer = gate(lambda body: body["code"] == "0", lambda body: f"{body['code']} {body['msg']}")


def file_requests(dataset: Dataset, window: Window) -> list[Request]:
    """Whole months, so that the file of a month is listed whichever of its days is asked about."""
    return [_listing(dataset, whole(piece.first, "month"), ",".join(FAMILIES)) for piece in window.pieces("month")]


def funding_file_requests(dataset: Dataset, window: Window) -> list[Request]:
    """Listings of whole months, and of the one before: its file comes when the window of a daily run has left it."""
    before = window.first.replace(day=1) - timedelta(days=1)
    months = [whole(piece.first, "month") for piece in Window(before, window.last).pieces("month")]
    return [_listing(dataset, month, family, series=family) for family in FAMILIES for month in months]


def next_funding_file(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """From a listing to its file, which is on another host; None while the month's file is not out."""
    if is_file(capture) or request.covers_from is None:
        return None
    files = _offered(read_json(capture))
    wanted = f"{request.series}-SWAP-fundingrates-{request.covers_from:%Y-%m}.zip"
    links = [reach(file, "url") for file in files if reach(file, "filename") == wanted]
    if files and not links:
        raise UnreadableBody(f"{capture.url}: none of the files listed is {wanted}")
    if not links:
        return None
    # A listing must not lead us just anywhere.
    parts = urlsplit(str(links[0]))
    if (parts.scheme, parts.netloc) != ("https", FILE_HOST) or not parts.path.endswith(f"/{wanted}"):
        raise UnreadableBody(f"{capture.url}: {wanted} is not at {FILE_HOST} but at {links[0]!r}")
    return Request(source=dataset.source, dataset=dataset.name, url=str(links[0]), kind="zip", series=request.series)


def is_file(capture: Capture) -> bool:
    return capture.status == 200 and urlsplit(capture.url).netloc == FILE_HOST


def parse_files(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Files on offer, each with the first calendar day it holds; the venue's days begin at 16:00 UTC."""
    fields = {
        "instFamily": "family",
        "filename": "file_name",
        "dateTs": "stamp",
        "url": "file_url",
        "sizeMB": "size_mb",
    }
    frame = records_frame(_offered(read_json(capture)), fields)
    frame = frame.with_columns((to_timestamp("stamp", ("ms",)) + VENUE_CLOCK).alias("first_day_at"))
    return place(frame, "first_day_at", capture)


def parse_funding_file(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Payments of one of the venue's months. Its first is of 16:00 UTC on the last day of the UTC month before."""
    name = urlsplit(capture.url).path.rpartition("/")[2].removesuffix(".zip")
    named = _FILE.fullmatch(name)
    if not named:
        raise UnreadableBody(f"{capture.url}: not the name of a file of funding")
    symbol, month = named[1], whole(date.fromisoformat(f"{named[2]}-01"), "month")
    content = _with_plain_names(read_single_member(capture.body, f"{name}.csv"))
    fields = {"instrument_name": "symbol", "funding_rate": "funding_rate_ratio", "funding_time": "stamp"}
    frame = csv_frame(content, fields, name).with_columns(to_timestamp("stamp", ("ms",)).alias("funding_at"))
    day = (pl.col("funding_at") + VENUE_CLOCK).dt.date()
    out = datetime.combine(month.last, datetime.min.time()) + timedelta(days=1) - VENUE_CLOCK + MONTH_IS_OUT
    return with_interval_hours(frame).with_columns(
        # A file that is there earlier was published when it was seen.
        pl.lit(min(out, capture.received_at), dtype=pl.Datetime("us")).alias("published_at"),
        pl.coalesce(
            reason_for_time("funding_at"),
            pl.when(pl.col("symbol") != symbol).then(pl.lit("another contract than that of its file")),
            pl.when(~day.is_between(month.first, month.last)).then(pl.lit("outside the month of its file")),
        ).alias("_reject"),
    )


def _listing(dataset: Dataset, month: Window, families: str, series: str | None = None) -> Request:
    shift = int(VENUE_CLOCK.total_seconds()) * 1000
    return get_json(
        dataset,
        month,
        f"{API}/public/market-data-history",
        {
            "module": 3,
            "instType": "SWAP",
            "instFamilyList": families,
            "dateAggrType": "monthly",
            "begin": epoch_ms(month.first) - shift,
            "end": last_ms(month.last) - shift,
        },
        series=series,
        gate=is_answer,
    )


def _offered(body: Any) -> list[dict[str, Any]]:
    """The files of a listing, each with the pair it is about."""
    groups = [group for block in listed(body, "data") for group in listed(block, "details")]
    return [
        {**file, "instFamily": reach(group, "instFamily")}
        for group in groups
        for file in objects(group, "groupDetails")
    ]


def _with_plain_names(content: bytes) -> bytes:
    """The file without the Chinese that older ones add to their names after a slash, whatever its encoding."""
    header, newline, lines = content.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    return b",".join(cell.partition(b"/")[0].strip() for cell in header.split(b",")) + newline + lines
