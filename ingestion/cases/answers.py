"""What a case is asked, by the sources' own words, and its answers as captures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from ingestion.capture import Capture, capture_id
from ingestion.cases.case import Case
from ingestion.cases.wire import checksum_text, csv_name, zip_bytes
from ingestion.contract import find
from ingestion.request import Request
from ingestion.share import Share
from ingestion.sources import feed

_TYPES = {"json": "application/json", "html": "text/html", "text": "text/csv", "zip": "application/zip"}


class Told(NamedTuple):
    """The answers of one dataset: when its questions were asked, and the body of each.

    Every question is asked at every moment, as a live run does; a file has one moment, which follows from its days.
    """

    asked_at: tuple[datetime, ...] | Callable[[Request], datetime]
    body: Callable[[Request, datetime], bytes]


def captures_of(case: Case, key: str, told: Told) -> list[Capture]:
    """Every answer of one dataset, in order of receipt; what goes on for pages to its last page."""
    found = []
    for request in questions(case, key):
        moments = told.asked_at if isinstance(told.asked_at, tuple) else (told.asked_at(request),)
        # A file of a month that is not over is asked for after the case is looked at.
        for asked_at in (moment for moment in moments if moment < case.now):
            found += _answered(request, asked_at, told, key)
    return sorted(found, key=lambda capture: (capture.received_at, capture.url))


def questions(case: Case, key: str) -> list[Request]:
    """The questions a run of the case asks of a dataset: those of its source, about the case's share of it."""
    dataset, share = find(key), case.shares.get(key, Share())
    days = share.days_of(case.window)
    asked = feed(dataset).requests(dataset, days) if days else []
    return [request for request in asked if share.holds(request)]


def capture(request: Request, body: bytes, asked_at: datetime) -> Capture:
    """An answer that took a part of a second, the same whenever it is made."""
    random = Random(f"{request.url} {asked_at}")  # noqa: S311 (a simulation, not a secret)
    requested_at = asked_at + timedelta(milliseconds=random.randrange(400))
    received_at = requested_at + timedelta(milliseconds=120 + random.randrange(700))
    sha256 = hashlib.sha256(body).hexdigest()
    is_checksum = request.url.endswith(".CHECKSUM")
    return Capture(
        capture_id=capture_id(request.method, request.url, request.body, received_at, sha256),
        source=request.source,
        dataset=request.dataset,
        method=request.method,
        url=request.url,
        request_body=request.body,
        requested_at=requested_at,
        received_at=received_at,
        status=200,
        content_type="binary/octet-stream" if is_checksum else _TYPES[request.kind],
        body=body,
        body_sha256=sha256,
        covers_from=request.covers_from,
        covers_to=request.covers_to,
        provenance="reconstructed",
    )


def _answered(request: Request, asked_at: datetime, told: Told, key: str) -> list[Capture]:
    """One question's answers: a file and its checksum, or a page and those that follow it."""
    body = told.body(request, asked_at)
    if request.checksum is not None:
        body = zip_bytes(csv_name(request.url), body, is_deflated=False)
        checksum = checksum_text(request.url, body)
        file = capture(request, body, asked_at + timedelta(seconds=2))
        return [capture(request.checksum, checksum, asked_at), file]
    found, follow = [capture(request, body, asked_at)], feed(find(key)).next_page
    page = follow(find(key), request, found[0]) if follow else None
    while follow and page:
        found.append(capture(page, told.body(page, asked_at), asked_at + len(found) * timedelta(seconds=1)))
        page = follow(find(key), page, found[-1])
    return found
