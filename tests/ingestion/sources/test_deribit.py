"""Deribit's futures: units by product, errors of the protocol."""

from __future__ import annotations

from datetime import datetime
from typing import Any

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
    questions,
    refuses,
    rows,
)
from tests.ingestion.sources.twin import RECEIVED_AT, Twin
from tests.ingestion.sources.twins_deribit import CANDLES, FUNDING, SUMMARY, TWINS


def all_lists_backwards(body: Any) -> None:
    for cells in body["result"].values():
        if isinstance(cells, list):
            cells.reverse()


def test_the_order_of_candles_does_not_matter() -> None:
    assert rows(CANDLES) == rows(CANDLES, changed(CANDLES, all_lists_backwards))


def test_funding_of_an_hour() -> None:
    assert rows(FUNDING)[0] == {
        "symbol": "BTC-PERPETUAL",
        "funding_at": datetime(2026, 5, 11, 0),
        "interval_hours": 1.0,
        "funding_rate_ratio": -4.2e-06,
        "funding_rate_8h_ratio": 0.00009911,
        "index_price": 80144.2,
        "previous_index_price": 79810.9,
    }


def test_volume_of_a_candle_is_in_coins_and_its_cost_in_dollars() -> None:
    first = rows(CANDLES)[0]
    assert (first["volume_coins"], first["volume_quote"], first["low_price"]) == (41.25, 3305100.0, 79950.0)
    assert land(CANDLES, received_at=datetime(2026, 5, 11, 2, 30)).running == 1


def test_no_data_is_an_answer_without_rows() -> None:
    nothing = {name: [] for name in ("ticks", "open", "high", "low", "close", "volume", "cost")}
    body = orjson.dumps({"jsonrpc": "2.0", "result": {**nothing, "status": "no_data"}})
    assert land(CANDLES, body).good.is_empty()


def test_lists_of_different_lengths_are_drift() -> None:
    with pytest.raises(UnreadableBody, match="different lengths"):
        land(CANDLES, changed(CANDLES, drop("result", "low", 0)))


def test_open_interest_is_in_dollars_where_inverse_and_in_coins_where_linear() -> None:
    found = {row["symbol"]: row for row in rows(SUMMARY)}
    assert sorted(found) == ["BTC-26JUN26", "BTC-PERPETUAL", "BTC_USDC-PERPETUAL"]
    inverse, linear = found["BTC-PERPETUAL"], found["BTC_USDC-PERPETUAL"]
    assert (inverse["product"], inverse["open_interest_usd"], inverse["open_interest_coins"]) == (
        "inverse",
        402117820.0,
        None,
    )
    assert (linear["product"], linear["open_interest_usd"], linear["open_interest_coins"]) == ("linear", None, 211.75)
    assert found["BTC-26JUN26"]["funding_rate_8h_ratio"] is None


def test_a_snapshot_belongs_to_the_moment_it_was_received() -> None:
    assert {row["observed_at"] for row in rows(SUMMARY)} == {RECEIVED_AT}
    assert first_question(SUMMARY).covers_from is None


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
def test_an_error_of_the_protocol_is_told_by_the_gate(twin: Twin) -> None:
    assert "too_many_requests" in refuses(
        twin, {"jsonrpc": "2.0", "error": {"code": 1, "message": "too_many_requests"}}
    )


@pytest.mark.parametrize("key", ["deribit/funding_1h", "deribit/candles_1h"])
@given(window=FEW_DAYS)
@settings(max_examples=15)
def test_questions_stay_under_a_page(key: str, window: Window) -> None:
    assert longest_days(questions(key, window)) * 24 <= 744
