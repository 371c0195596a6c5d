"""An unreadable answer fails its dataset until its days are told readably, by whichever question."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ingestion.capture import Capture
from ingestion.standing import standing

HOST = "https://fapi.binance.com/fapi/v1/fundingRate"


def answer(name: str, at: str, first: str, last: str, symbol: str = "BTCUSDT", start: int = 1780444800000) -> Capture:
    received = datetime.fromisoformat(at)
    return Capture(
        capture_id=name,
        source="binance_futures",
        dataset="funding_rate",
        method="GET",
        url=f"{HOST}?symbol={symbol}&startTime={start}&limit=1000",
        request_body=None,
        requested_at=received,
        received_at=received,
        status=200,
        content_type="application/json",
        body=b"",
        body_sha256=name,
        covers_from=date.fromisoformat(first),
        covers_to=date.fromisoformat(last),
        provenance="measured",
    )


BEFORE = answer("before", "2026-06-03 08:00", "2026-06-01", "2026-06-03", start=1780272000000)
BAD = answer("bad", "2026-06-03 10:00", "2026-06-01", "2026-06-03", start=1780272000001)


def test_it_stands_while_nothing_else_told_its_newest_day() -> None:
    assert standing([BEFORE, BAD], {"bad"}) == {"bad"}


def test_a_later_answer_whose_window_has_moved_on_makes_it_good() -> None:
    later = answer("later", "2026-06-04 10:00", "2026-06-02", "2026-06-04", start=1780358400000)
    # The first of June was over when the answer before came.
    assert standing([BEFORE, BAD, later], {"bad"}) == set()
    assert standing([BAD, later], {"bad"}) == {"bad"}


@pytest.mark.parametrize(
    "later",
    [
        answer("later", "2026-06-03 11:00", "2026-06-01", "2026-06-03", symbol="ETHUSDT", start=1780272000002),
        answer("bad too", "2026-06-03 11:00", "2026-06-01", "2026-06-03", start=1780272000002),
    ],
    ids=["of another series", "that is unreadable as well"],
)
def test_another_answer_does_not(later: Capture) -> None:
    broken = {"bad", "bad too"}
    assert "bad" in standing([BEFORE, BAD, later], broken)


def test_the_same_question_answered_again_is_the_last_word() -> None:
    again = answer("again", "2026-06-03 11:00", "2026-06-01", "2026-06-03", start=1780272000001)
    assert standing([BEFORE, BAD, again], {"bad"}) == set()
    assert standing([BEFORE, BAD, again], {"bad", "again"}) == {"again"}
    assert standing([again, BAD], {"bad"}) == {"bad"}
