"""Twins through their parser and landing, payloads with a change, and a source's questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from hypothesis import strategies as st

from ingestion.contract import find
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.judging import Parsed, check
from ingestion.request import Request
from ingestion.sources import feed
from ingestion.windows import Window
from tests.ingestion.sources.twin import RECEIVED_AT, Twin

FEW_DAYS = st.builds(
    lambda first, days: Window(first, first + timedelta(days=days)),
    st.dates(date(2025, 12, 1), date(2026, 9, 1)),
    st.integers(0, 75),
)


def land(twin: Twin, body: bytes | None = None, received_at: datetime = RECEIVED_AT) -> Parsed:
    """What landing makes of the payload, or of another body in its place."""
    dataset = find(twin.dataset)
    capture = twin.capture(body, received_at)
    return check(dataset, feed(dataset).parse(dataset, capture), capture, 1)


def rows(twin: Twin, body: bytes | None = None, received_at: datetime = RECEIVED_AT) -> list[dict[str, Any]]:
    """Landed rows in the order of the grain, business columns only."""
    dataset = find(twin.dataset)
    frame = land(twin, body, received_at).good.sort(dataset.grain)
    return frame.select(column.name for column in dataset.columns).to_dicts()


def changed(twin: Twin, change: Callable[[Any], Any]) -> bytes:
    """The payload after a change of its parsed body."""
    body = orjson.loads(twin.body)
    change(body)
    return orjson.dumps(body)


def put(value: Any, *path: str | int) -> Callable[[Any], Any]:
    """A change that sets what stands at a path."""

    def change(body: Any) -> None:
        for step in path[:-1]:
            body = body[step]
        body[path[-1]] = value

    return change


def drop(*path: str | int) -> Callable[[Any], Any]:
    """A change that takes away what stands at a path."""

    def change(body: Any) -> None:
        for step in path[:-1]:
            body = body[step]
        del body[path[-1]]

    return change


def first_question(twin: Twin) -> Request:
    """The first question about the days of a payload, or about any day."""
    first, last = twin.covers_from or date(2026, 5, 11), twin.covers_to or date(2026, 5, 11)
    return questions(twin.dataset, Window(first, last))[0]


def refuses(twin: Twin, body: Any) -> str:
    """What the gate of a twin's questions says about a body; it must not let it pass."""
    gate = first_question(twin).gate
    assert gate
    gate(orjson.loads(twin.body))
    try:
        gate(body)
    except BodyRejected as error:
        return str(error)
    raise AssertionError("the gate let it pass")


def questions(key: str, window: Window) -> list[Request]:
    dataset = find(key)
    return feed(dataset).requests(dataset, window)


def longest_days(asked: list[Request]) -> int:
    """Days of the longest question."""
    return max((r.covers_to - r.covers_from).days + 1 for r in asked if r.covers_to and r.covers_from)


def is_refused(twin: Twin, old: bytes, new: bytes) -> bool:
    """Whether the payload with one thing changed cannot be read at all."""
    assert old in twin.body
    try:
        land(twin, twin.body.replace(old, new))
    except UnreadableBody:
        return True
    return False


def reasons(parsed: Parsed) -> set[str]:
    return set(parsed.bad["reason"].to_list())
