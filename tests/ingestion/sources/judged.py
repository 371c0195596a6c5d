"""What landing makes of a twin, and whether questions cover a window: the same for every source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from ingestion.contract import find
from ingestion.landing import Parsed, check
from ingestion.request import Request
from ingestion.sources import feed
from ingestion.windows import Window, partition_of
from tests.ingestion.sources.twin import RECEIVED_AT, Twin

WINDOWS = st.builds(
    lambda first, days: Window(first, first + timedelta(days=days)),
    st.dates(date(2024, 1, 1), date(2026, 12, 1)),
    st.integers(0, 70),
)

SOME = settings(max_examples=20, deadline=None)


def judge(twin: Twin, body: bytes | None = None, received_at: datetime = RECEIVED_AT) -> Parsed:
    """The twin, or another body in its place, parsed and checked against its contract."""
    dataset, capture = find(twin.dataset), twin.capture(body, received_at)
    return check(dataset, feed(dataset).parse(dataset, capture), capture, 1)


def ask(key: str, window: Window) -> list[Request]:
    dataset = find(key)
    return feed(dataset).requests(dataset, window)


def assert_covered_once(
    key: str, window: Window, questions_per_day: int = 1, since: Mapping[str, date] | None = None
) -> None:
    """Every day is asked for equally often for every series, and no question crosses a partition.

    since: first day that is asked for, where a series has one.
    """
    dataset, asked = find(key), ask(key, window)
    assert asked == ask(key, window)
    assert len({request.url for request in asked}) == len(asked)
    days: dict[str | None, list[date]] = {}
    for request in asked:
        assert request.covers_from
        assert request.covers_to
        first, last = request.covers_from, request.covers_to
        assert partition_of(first, dataset.partition) == partition_of(last, dataset.partition)
        days.setdefault(request.series, []).extend(Window(first, last).days())
    for series, covered in days.items():
        wanted = [day for day in window.days() if day >= (since or {}).get(series or "", day)]
        assert sorted(covered) == [day for day in wanted for _ in range(questions_per_day)]
