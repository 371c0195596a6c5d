"""Hyperliquid: hours, payments stamped late, and two lists that are matched by position."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest
from hypothesis import given, settings

from ingestion.errors import UnreadableBody
from ingestion.windows import Window
from tests.ingestion.sources.landed import (
    FEW_DAYS,
    changed,
    drop,
    first_question,
    land,
    longest_days,
    put,
    questions,
    refuses,
    rows,
)
from tests.ingestion.sources.twin import RECEIVED_AT, Twin
from tests.ingestion.sources.twins_hyperliquid import CANDLES, CONTEXTS, FUNDING, TWINS


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
def test_an_error_in_a_good_answers_place_is_told(twin: Twin) -> None:
    assert "null" in refuses(twin, {"error": "null"})


def test_a_candle_has_its_hour_and_coins() -> None:
    assert rows(CANDLES)[0] == {
        "symbol": "ETH",
        "period_start_at": datetime(2026, 5, 11, 0),
        "period_end_at": datetime(2026, 5, 11, 1),
        "open_price": 2987.9,
        "high_price": 3004.0,
        "low_price": 2985.2,
        "close_price": 3001.5,
        "volume_coins": 2044.61,
        "trades_count": 11002,
    }
    assert land(CANDLES, received_at=datetime(2026, 5, 11, 1, 59)).running == 1


def test_a_candle_of_another_interval_is_refused() -> None:
    with pytest.raises(UnreadableBody, match="not an hour's candle"):
        land(CANDLES, changed(CANDLES, put("4h", 0, "i")))


def test_a_payment_stamped_late_is_of_its_hour() -> None:
    assert [row["funding_at"] for row in rows(FUNDING)] == [datetime(2026, 5, 11, 0), datetime(2026, 5, 11, 1)]
    assert rows(FUNDING)[1] == {
        "symbol": "ETH",
        "funding_at": datetime(2026, 5, 11, 1),
        "interval_hours": 1.0,
        "funding_rate_ratio": -0.0000044,
        "premium_ratio": -0.00019,
    }


def test_states_are_matched_to_names_by_position() -> None:
    bitcoin, ether = rows(CONTEXTS)
    assert (bitcoin["symbol"], bitcoin["open_interest_coins"], bitcoin["mark_price"]) == ("BTC", 31050.5, 80205.0)
    assert (ether["symbol"], ether["open_interest_coins"], ether["observed_at"]) == ("ETH", 512044.25, RECEIVED_AT)


def test_lists_that_do_not_match_are_drift() -> None:
    with pytest.raises(UnreadableBody, match="3 markets but 2 states"):
        land(CONTEXTS, changed(CONTEXTS, drop(1, 1)))


@pytest.mark.parametrize(
    ("twin", "path"),
    [(CANDLES, (0, "v")), (FUNDING, (1, "fundingRate")), (CONTEXTS, (1, 0, "openInterest"))],
    ids=["candle", "funding", "context"],
)
def test_what_is_gone_is_drift(twin: Twin, path: tuple[str | int, ...]) -> None:
    with pytest.raises(UnreadableBody):
        land(twin, changed(twin, drop(*path)))


@pytest.mark.parametrize(("key", "page"), [("hyperliquid/candles_1h", 5000), ("hyperliquid/funding_1h", 500)])
@given(window=FEW_DAYS)
@settings(max_examples=15)
def test_questions_stay_under_a_page(key: str, page: int, window: Window) -> None:
    asked = questions(key, window)
    assert longest_days(asked) * 24 <= page
    per_row = 60 if "candles" in key else 20
    assert all(request.weight >= 20 + longest_days(asked) * 24 / per_row for request in asked)


def test_a_question_is_a_post_about_its_days() -> None:
    request = first_question(CANDLES)
    assert request.method == "POST"
    assert orjson.loads(request.body or b"")["req"] == {
        "coin": "BTC",
        "interval": "1h",
        "startTime": 1778457600000,
        "endTime": 1778543999999,
    }
    assert first_question(CONTEXTS).covers_from is None
