"""Derive's tickers: letters for names, fractions for volatility, zero for nobody."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest

from ingestion.contract import find
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.judging import check
from ingestion.sources.derive import parse, requests
from ingestion.windows import Window
from tests.ingestion.sources.twin import PAYLOADS
from tests.ingestion.sources.twins_derive import TICKERS

DATASET = find(TICKERS.dataset)
WINDOW = Window(date(2026, 9, 1), date(2026, 9, 14))


def test_tickers_are_one_snapshot_in_dollars_and_fractions() -> None:
    capture = TICKERS.capture()
    landed = check(DATASET, parse(DATASET, capture), capture, 1)
    put = landed.good.filter(option_type="put").row(0, named=True)
    assert put | {
        "instrument_name": "BTC-20260925-84000-P", "currency": "BTC", "expiry_at": datetime(2026, 9, 25, 8),
        "strike_price": 84000.0, "mark_iv_ratio": 0.6602, "bid_iv_ratio": 0.6511, "ask_iv_ratio": 0.673,
        "mark_price_usd": 1311.0, "bid_price_usd": 1285.0, "bid_size_coins": 7.5, "ask_price_usd": 1340.0,
        "ask_size_coins": 4.2, "open_interest_coins": 604.9, "volume_24h_coins": 0.8,
        "underlying_price": 91502.0, "index_price": 91214.0, "delta": -0.21804,
    } == put  # fmt: skip
    call = landed.good.filter(option_type="call").row(0, named=True)
    assert (call["bid_price_usd"], call["bid_size_coins"], call["bid_iv_ratio"]) == (None, None, None)
    assert (call["quoted_at"], call["observed_at"]) == (
        datetime(2026, 9, 14, 10, 15, 0, 95000), datetime(2026, 9, 14, 10, 15, 0, 112000),
    )  # fmt: skip


def test_the_shape_of_one_ticker_is_that_of_the_many() -> None:
    one = json.loads((PAYLOADS / "derive_get_ticker.json").read_text())["result"]
    body = json.dumps({"result": {"tickers": {"BTC-20260925-84000-P": one}}}).encode()
    assert parse(DATASET, TICKERS.capture(body))["mark_iv_ratio"].to_list() == ["0.66020"]


def test_the_next_two_monthly_expiries_are_asked_for() -> None:
    bodies = [json.loads(request.body or b"") for request in requests(DATASET, WINDOW)]
    assert bodies == [
        {"instrument_type": "option", "currency": "BTC", "expiry_date": day} for day in ("20260925", "20261030")
    ]


@pytest.mark.parametrize("body", [{"error": {"code": -32602, "message": "Invalid params"}}, {"result": []}, []])
def test_an_error_with_status_200_is_no_answer(body: object) -> None:
    gate = requests(DATASET, WINDOW)[0].gate
    assert gate
    gate(json.loads(TICKERS.body))
    with pytest.raises(BodyRejected):
        gate(body)


@pytest.mark.parametrize("name", ["tickers", "option_pricing", "stats", "t", "oi", "i"])
def test_a_field_that_is_gone_is_an_error(name: str) -> None:
    with pytest.raises(UnreadableBody):
        parse(DATASET, TICKERS.capture(TICKERS.body.replace(f'"{name}":'.encode(), b'"moved":')))


def test_volatility_of_six_hundred_percent_is_kept() -> None:
    capture = TICKERS.capture(TICKERS.body.replace(b"0.66020", b"6.1"))
    assert check(DATASET, parse(DATASET, capture), capture, 1).good["mark_iv_ratio"].max() == 6.1
