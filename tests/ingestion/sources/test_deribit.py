"""Deribit's futures: units by product, who was liquidated, pages of trades, errors of the protocol."""

from __future__ import annotations

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
    asks_exactly,
    backwards,
    changed,
    drop,
    first_question,
    land,
    longest_days,
    nothing_is_lost,
    put,
    questions,
    refuses,
    rows,
)
from tests.ingestion.sources.twin import RECEIVED_AT, Twin
from tests.ingestion.sources.twins_deribit import CANDLES, FUNDING, LIQUIDATIONS, SUMMARY, TWINS


def all_lists_backwards(body: Any) -> None:
    for cells in body["result"].values():
        if isinstance(cells, list):
            cells.reverse()


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
def test_every_row_lands_whatever_its_order(twin: Twin) -> None:
    nothing_is_lost(twin)
    turn = all_lists_backwards if twin is CANDLES else backwards
    assert rows(twin) == rows(twin, changed(twin, turn))


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


@pytest.mark.parametrize(
    ("direction", "flag", "sides"),
    [
        ("sell", "T", ["long"]),
        ("buy", "T", ["short"]),
        ("sell", "M", ["short"]),
        ("buy", "M", ["long"]),
        ("sell", "MT", ["short", "long"]),
        ("buy", "MT", ["long", "short"]),
    ],
)
def test_the_liquidated_side_follows_from_the_takers_direction_and_the_flag(
    direction: str, flag: str, sides: list[str]
) -> None:
    def one(body: Any) -> None:
        trade = body["result"]["trades"][1] | {"direction": direction, "liquidation": flag}
        body["result"]["trades"] = [trade]

    assert [row["liquidated_side"] for row in rows(LIQUIDATIONS, changed(LIQUIDATIONS, one))] == sides


def test_only_liquidations_are_kept_and_a_falling_market_closes_mostly_longs() -> None:
    found = rows(LIQUIDATIONS)
    assert [row["event_id"] for row in found] == [
        "420012-T",
        "420013-M",
        "420014-M",
        "420015-M",
        "420015-T",
        "420016-T",
    ]
    assert sum(row["liquidated_side"] == "long" for row in found) == 4
    assert (found[0]["size_usd"], found[0]["size_coins"], found[0]["price"]) == (81230.0, None, 79001.0)
    assert (found[-1]["size_usd"], found[-1]["size_coins"], found[-1]["product"]) == (None, 0.5, "linear")


@pytest.mark.parametrize(("field", "value"), [("direction", "hold"), ("liquidation", "X")])
def test_an_unknown_code_is_not_guessed(field: str, value: str) -> None:
    with pytest.raises(UnreadableBody, match="liquidated_side is missing"):
        land(LIQUIDATIONS, changed(LIQUIDATIONS, put(value, "result", "trades", 1, field)))


def test_a_window_without_liquidations_is_normal() -> None:
    body = changed(LIQUIDATIONS, put([], "result", "trades"))
    assert land(LIQUIDATIONS, body).good.is_empty()


def test_pages_go_on_from_the_last_moment_until_there_is_no_more() -> None:
    dataset = find(LIQUIDATIONS.dataset)
    next_page = feed(dataset).next_page
    assert next_page
    asked = first_question(LIQUIDATIONS)
    following = next_page(dataset, asked, LIQUIDATIONS.capture())
    assert following
    assert "start_timestamp=1778509200095&end_timestamp=1778543999999" in following.url
    assert (following.covers_from, following.series) == (asked.covers_from, "BTC")
    last = LIQUIDATIONS.capture(changed(LIQUIDATIONS, put(False, "result", "has_more")))
    assert next_page(dataset, asked, last) is None

    def one_moment(body: Any) -> None:
        for trade in body["result"]["trades"]:
            trade["timestamp"] = 1778457600000

    stuck = next_page(dataset, asked, LIQUIDATIONS.capture(changed(LIQUIDATIONS, one_moment)))
    assert stuck
    assert "start_timestamp=1778457600001" in stuck.url


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
def test_an_error_of_the_protocol_is_told_by_the_gate(twin: Twin) -> None:
    assert "too_many_requests" in refuses(
        twin, {"jsonrpc": "2.0", "error": {"code": 1, "message": "too_many_requests"}}
    )


@pytest.mark.parametrize("key", ["deribit/funding_1h", "deribit/candles_1h", "deribit/liquidation_trades"])
@given(window=FEW_DAYS)
@settings(max_examples=15)
def test_questions_cover_the_window_and_stay_under_a_page(key: str, window: Window) -> None:
    asks_exactly(key, window)
    assert longest_days(questions(key, window)) * 24 <= 744
