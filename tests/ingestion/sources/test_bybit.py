"""Bybit: units, the side it counts twice, and errors that come with status 200."""

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
from tests.ingestion.sources.twin import PAYLOADS, Twin
from tests.ingestion.sources.twins_bybit import FUNDING, INVERSE, KLINES, OPEN_INTEREST, PREMIUM, TWINS

KEYS = sorted({twin.dataset for twin in TWINS})


def test_a_candle_has_its_hour_and_its_units() -> None:
    assert rows(KLINES)[0] == {
        "symbol": "ETHUSDT",
        "period_start_at": datetime(2026, 5, 11, 0),
        "period_end_at": datetime(2026, 5, 11, 1),
        "open_price": 2987.6,
        "high_price": 3004.4,
        "low_price": 2985.0,
        "close_price": 3001.0,
        "volume_coins": 7340.9,
        "volume_quote": 21990112.8,
    }


def test_the_hour_that_is_running_is_not_landed() -> None:
    parsed = land(KLINES, received_at=datetime(2026, 5, 11, 2, 59, 59))
    assert (parsed.good.height, parsed.running) == (2, 1)


def test_a_premium_may_be_negative() -> None:
    assert rows(PREMIUM)[0]["low_premium_ratio"] == -0.0005


def test_the_interval_of_a_payment_is_the_time_since_the_one_before() -> None:
    assert [(row["funding_at"].hour, row["interval_hours"]) for row in rows(FUNDING)] == [(0, 8.0), (8, 8.0), (12, 4.0)]
    assert rows(FUNDING)[2]["funding_rate_ratio"] == -0.00003125


def test_a_missing_payment_makes_no_longer_interval() -> None:
    body = changed(FUNDING, drop("result", "list", 1))
    assert [row["interval_hours"] for row in rows(FUNDING, body)] == [8.0, None]


def test_open_interest_is_in_coins_or_in_dollars_by_product() -> None:
    linear, inverse = rows(OPEN_INTEREST)[0], rows(INVERSE)[0]
    assert (linear["product"], linear["open_interest_coins"], linear["open_interest_usd"]) == (
        "linear",
        799310.02,
        None,
    )
    assert (inverse["product"], inverse["open_interest_coins"], inverse["open_interest_usd"]) == (
        "inverse",
        None,
        412000500.0,
    )


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
def test_an_error_in_a_200_answer_is_told_by_the_gate(twin: Twin) -> None:
    error = orjson.loads((PAYLOADS / "error_bybit_10006.json").read_bytes())["body"]
    assert "10006 Too many visits" in refuses(twin, error)


def test_the_refusal_for_asking_too_fast_is_no_json() -> None:
    with pytest.raises(UnreadableBody):
        land(KLINES, (PAYLOADS / "error_bybit_403.txt").read_bytes())


def test_rows_of_other_days_are_refused() -> None:
    with pytest.raises(UnreadableBody, match="outside the days asked for"):
        land(KLINES, KLINES.body.replace(b"17784", b"17774"))


def test_a_candle_with_another_number_of_cells_is_drift() -> None:
    with pytest.raises(UnreadableBody, match="cells, expected 7"):
        land(KLINES, changed(KLINES, drop("result", "list", 0, 6)))


def test_open_interest_of_an_unknown_product_is_not_guessed() -> None:
    with pytest.raises(UnreadableBody, match="no figure in the unit of its product"):
        land(OPEN_INTEREST, changed(OPEN_INTEREST, put("option", "result", "category")))


@pytest.mark.parametrize("key", KEYS)
@given(window=FEW_DAYS)
@settings(max_examples=15)
def test_questions_stay_under_a_page(key: str, window: Window) -> None:
    rows_a_day, page = (24, 1000) if "klines" in key else (24, 200)
    context = 1 if key == "bybit/funding" else 0
    assert (longest_days(questions(key, window)) + context) * rows_a_day <= page


def test_stamps_of_a_question_are_the_days_it_covers() -> None:
    assert "startTime=1778457600000&endTime=1778543999999" in first_question(OPEN_INTEREST).url
