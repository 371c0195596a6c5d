"""Deribit's futures: units by product, errors of the protocol."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from ingestion.contract import find
from ingestion.errors import UnreadableBody
from ingestion.sources import feed
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
from tests.ingestion.sources.twins_deribit import CANDLES, FUNDING, LINEAR, SUMMARY, TWINS
from tests.ingestion.sources.twins_deribit_history import LIQUIDATIONS
from tests.ingestion.sources.twins_deribit_options import CHAIN, DELIVERIES, INDEX, LISTING, TRADES

ABOUT_A_CURRENCY = [SUMMARY, CHAIN, LISTING, TRADES, DELIVERIES, LIQUIDATIONS]


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
    found = {row["symbol"]: row for row in rows(SUMMARY) + rows(LINEAR)}
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


@pytest.mark.parametrize("twin", ABOUT_A_CURRENCY, ids=lambda twin: twin.dataset)
def test_an_answer_about_another_currency_is_refused(twin: Twin) -> None:
    dataset = find(twin.dataset)
    asked_for_ether = replace(twin, url=twin.url.replace("currency=BTC", "currency=ETH"))
    with pytest.raises(UnreadableBody, match="asked about ETH, the answer is about BTC"):
        land(asked_for_ether)
    one_stranger = twin.body.replace(b'"instrument_name": "BTC-', b'"instrument_name": "ETH-', 1)
    with pytest.raises(UnreadableBody, match="asked about BTC, the answer is about ETH-"):
        land(twin, one_stranger)
    follow = feed(dataset).next_page
    if follow:
        question = replace(first_question(twin), url=twin.url)
        with pytest.raises(UnreadableBody, match="asked about BTC"):
            follow(dataset, question, twin.capture(one_stranger))


def test_a_contract_in_dollars_is_about_its_coin_and_hangs_under_its_dollar() -> None:
    under_its_coin = replace(LINEAR, url=LINEAR.url.replace("USDC", "BTC"))
    with pytest.raises(UnreadableBody, match="asked about BTC, the answer is about SOL_USDC-"):
        land(under_its_coin)
    alone = changed(LINEAR, drop("result", 1))
    assert rows(under_its_coin, alone) == rows(LINEAR, alone) == rows(LINEAR)


def test_candles_of_the_volatility_index_name_no_currency_so_they_have_that_of_the_question() -> None:
    asked_for_ether = replace(INDEX, url=INDEX.url.replace("currency=BTC", "currency=ETH"))
    assert {row["currency"] for row in rows(asked_for_ether)} == {"ETH"}


@pytest.mark.parametrize("key", ["deribit/funding_1h", "deribit/candles_1h"])
@given(window=FEW_DAYS)
@settings(max_examples=15)
def test_questions_stay_under_a_page(key: str, window: Window) -> None:
    assert longest_days(questions(key, window)) * 24 <= 744
