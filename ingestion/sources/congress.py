"""Congress.gov (free key): nominations received by the Senate, which is later than their announcement."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

import polars as pl

from ingestion.bodies import as_text, gate, listed, reach, read_json, records_frame, whole_numbers
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.local_time import utc_at
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://api.congress.gov/v3/nomination"
PAGE = 250
_FIELDS = {
    "congress": "congress",
    "citation": "citation",
    "description": "description",
    "organization": "organization",
    "receivedDate": "received",
    "updateDate": "updated",
}
_POSITION = re.compile(r"/nomination/(\d+)\?.*&offset=(\d+)")
_is_answer = gate(lambda body: isinstance(body["nominations"], list), lambda body: body["error"])


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """The first page of every congress that sat in the window. No days: the list is by number, not by date."""
    return [_question(dataset, congress, 0) for congress in sorted({congress_of(day) for day in window.days()})]


def next_page(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """The next 250, as long as the host counts more than it has given."""
    congress, offset = (int(number) for number in _POSITION.findall(request.url)[0])
    body = read_json(capture)
    given = offset + len(listed(body, "nominations"))
    (count,) = whole_numbers([body], "pagination", "count")
    if given == offset or given >= count:
        return None
    return _question(dataset, congress, given)


def congress_of(day: date) -> int:
    """Number of the congress that sits on a day; one begins on 3 January of every odd year.

    >>> congress_of(date(2026, 2, 5)), congress_of(date(2025, 1, 2))
    (119, 118)
    """
    year = day.year if (day.month, day.day) >= (1, 3) else day.year - 1
    return (year - 1789) // 2 + 1


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """One row per nomination with its latest action; the update date says since when the list reads so."""
    records = reach(read_json(capture), "nominations")
    frame = records_frame(records, _FIELDS, optional=("organization",))
    nested = {"acted": ("latestAction", "actionDate"), "latest_action": ("latestAction", "text")} | {
        "civilian": ("nominationType", "isCivilian")
    }
    frame = frame.with_columns(
        pl.Series(name, [_part(record, *path) for record in records], pl.String) for name, path in nested.items()
    )
    acted = pl.col("acted").str.to_date("%Y-%m-%d", strict=False)
    received = pl.col("received").str.to_date("%Y-%m-%d", strict=False)
    # "2026-02-11T05:03:00Z" in JSON, "2026-02-11 05:03:00+00:00" in the documentation; both are UTC.
    updated = (
        pl.col("updated")
        .str.replace("T", " ")
        .str.slice(0, 19)
        .str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    )
    is_unreadable = received.is_null() | updated.is_null() | (pl.col("acted").is_not_null() & acted.is_null())
    return frame.select(
        "congress",
        "citation",
        "description",
        "organization",
        # true in JSON, "True" in the documentation.
        (pl.col("civilian").str.to_lowercase() == "true").alias("is_civilian"),
        received.alias("received_date"),
        utc_at(received, time(12)).alias("observed_at"),
        acted.alias("latest_action_date"),
        "latest_action",
        updated.alias("published_at"),
        pl.when(is_unreadable).then(pl.lit("date is unreadable")).alias("_reject"),
    )


def _part(record: dict[str, Any], holder: str, field: str) -> str | None:
    """A field of an object inside a record; either may be absent."""
    held = record.get(holder) or {}
    if not isinstance(held, dict):
        raise UnreadableBody(f"{holder} is no object: {held!r}")
    return as_text(held.get(field))


def _question(dataset: Dataset, congress: int, offset: int) -> Request:
    url = f"{URL}/{congress}?format=json&limit={PAGE}&offset={offset}"
    return get_json(dataset, None, url, gate=_is_answer)


FEEDS = {"nominations": Feed(requests, parse, next_page=next_page)}
