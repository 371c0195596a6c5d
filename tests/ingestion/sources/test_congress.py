"""Nominations: one row per citation, known since the list said so, page after page."""

from __future__ import annotations

from datetime import date, datetime

from ingestion.contract import find
from ingestion.sources import feed
from ingestion.windows import Window
from tests.ingestion.sources.landed import is_refused, land, questions
from tests.ingestion.sources.twins_congress import LIST


def test_a_nomination_is_known_since_its_last_update() -> None:
    good = land(LIST).good
    assert good.select("congress", "citation", "is_civilian", "received_date", "latest_action_date").rows() == [
        (118, "PN7-2", True, date(2024, 3, 7), date(2024, 7, 1)),
        (118, "PN8", None, date(2024, 3, 8), date(2024, 3, 8)),
    ]
    assert good["published_at"].to_list() == [datetime(2024, 7, 2, 5, 3), datetime(2024, 3, 9, 5, 3)]


def test_pages_follow_until_all_are_given() -> None:
    dataset = find(LIST.dataset)
    next_page = feed(dataset).next_page
    assert next_page
    first = questions(LIST.dataset, Window(date(2024, 3, 1), date(2024, 3, 2)))[0]
    assert first.url == LIST.url
    assert next_page(dataset, first, LIST.capture()) is None
    more = next_page(dataset, first, LIST.capture(LIST.body.replace(b'"count": 2', b'"count": 3')))
    assert more
    assert more.url.endswith("/118?format=json&limit=250&offset=2")
    # A page of nothing ends it, whatever the count says.
    assert next_page(dataset, more, LIST.capture(b'{"nominations": [], "pagination": {"count": 3}}')) is None


def test_a_window_over_two_congresses_asks_both() -> None:
    requests = questions(LIST.dataset, Window(date(2024, 12, 1), date(2025, 2, 1)))
    assert [request.url.split("?")[0].rsplit("/", 1)[1] for request in requests] == ["118", "119"]


def test_drift_is_refused() -> None:
    assert is_refused(LIST, b"receivedDate", b"received")
    assert is_refused(LIST, b'"2024-03-07"', b'"7 March"')
