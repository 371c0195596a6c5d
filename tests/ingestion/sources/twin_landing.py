"""A twin as it would land, and what every source's questions must keep to."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from ingestion.contract import Dataset, find
from ingestion.errors import UnreadableBody
from ingestion.landing import Parsed, check
from ingestion.request import Request
from ingestion.sources import feed
from ingestion.windows import Window, partition_of
from tests.ingestion.sources.twin import RECEIVED_AT, Twin


def landed(twin: Twin, body: bytes | None = None, received_at: datetime = RECEIVED_AT) -> Parsed:
    """What landing makes of the payload, or of another body in its place."""
    dataset, capture = find(twin.dataset), twin.capture(body, received_at)
    return check(dataset, feed(dataset).parse(dataset, capture), capture, 1)


def is_refused(twin: Twin, old: bytes, new: bytes) -> bool:
    """Whether the payload with one thing changed cannot be read at all."""
    assert old in twin.body
    try:
        landed(twin, twin.body.replace(old, new))
    except UnreadableBody:
        return True
    return False


def questions(key: str, window: Window) -> tuple[Dataset, list[Request]]:
    dataset = find(key)
    return dataset, feed(dataset).requests(dataset, window)


def assert_covers(key: str, window: Window) -> None:
    """Every series is asked about every day of the window once, and no question crosses a partition."""
    dataset, requests = questions(key, window)
    asked: dict[str | None, list[date]] = defaultdict(list)
    for request in requests:
        assert request.covers_from
        assert request.covers_to
        first, last = (partition_of(day, dataset.partition) for day in (request.covers_from, request.covers_to))
        assert first == last
        days = (request.covers_to - request.covers_from).days + 1
        asked[request.series] += [request.covers_from + timedelta(days=n) for n in range(days)]
    assert asked
    for days_asked in asked.values():
        assert sorted(days_asked) == list(window.days())
    assert len({(request.url, request.body) for request in requests}) == len(requests)
