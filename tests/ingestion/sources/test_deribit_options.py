"""Deribit's options: units, forwards, pages that overlap, and answers that are none."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contract import find
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.judging import Parsed, check
from ingestion.questions import parameters
from ingestion.sources import feed
from ingestion.windows import Window
from tests.ingestion.sources.twin import PAYLOADS, RECEIVED_AT, Twin
from tests.ingestion.sources.twins_deribit_options import CHAIN, DAY, DELIVERIES, INDEX, LISTING, TRADES

EXPIRY = datetime(2026, 9, 25, 8)
DATED = ["option_trades", "settlements", "volatility_index_1d", "volatility_index_1h"]
Change = Callable[[Any], Any]


def land(twin: Twin, change: Change | None = None, received_at: datetime = RECEIVED_AT) -> Parsed:
    """The payload, changed or not, through parser and landing."""
    dataset = find(twin.dataset)
    body = json.loads(twin.body)
    if change:
        change(body)
    capture = twin.capture(json.dumps(body).encode(), received_at)
    return check(dataset, feed(dataset).parse(dataset, capture), capture, 1)


def test_the_chain_is_one_snapshot_in_fractions_and_coin() -> None:
    landed = land(CHAIN)
    put = landed.good.filter(instrument_name="BTC-25SEP26-84000-P").row(0, named=True)
    assert put | {
        "currency": "BTC", "expiry_at": EXPIRY, "strike_price": 84000.0, "option_type": "put",
        "quoted_at": datetime(2026, 9, 14, 10, 15, 0, 7000), "mark_iv_ratio": 66.15 / 100, "mark_price_coins": 0.0142,
        "bid_price_coins": 0.014, "ask_price_coins": 0.0145, "open_interest_coins": 2310.3,
        "underlying_price": 91480.25, "underlying_index": "BTC-25SEP26", "estimated_delivery_price": 91210.5,
    } == put  # fmt: skip
    assert landed.good["observed_at"].unique().to_list() == [datetime(2026, 9, 14, 10, 15, 0, 18000)]
    far = landed.good.filter(strike_price=300000.0).row(0, named=True)
    assert (far["bid_price_coins"], far["mark_price_coins"]) == (None, 0.0)
    assert far["mark_iv_ratio"] == pytest.approx(6.124), "high volatility is no error"


def test_a_clock_a_little_behind_the_host_keeps_the_chain() -> None:
    early = datetime(2026, 9, 14, 10, 14, 59)
    landed = land(CHAIN, received_at=early)
    assert (landed.good.height, landed.running) == (4, 0)
    assert landed.good["observed_at"].unique().to_list() == [early]
    with pytest.raises(UnreadableBody, match="stamped later than it was received"):
        land(CHAIN, received_at=early - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("mark_iv", 0.0, "implied volatility is not positive"),
        ("mark_iv", -3.0, "implied volatility is not positive"),
        ("mark_iv", None, "mark_iv_ratio is missing"),
        ("instrument_name", "BTC-25SEP26-84000-X", "name is not coin-expiry-strike-C or P"),
        ("instrument_name", "BTC-31SEP26-84000-P", "name is not coin-expiry-strike-C or P"),
        ("instrument_name", "BTC-25SEP26-0-P", "strike is not positive"),
        ("creation_timestamp", 1789380900, "time is unreadable or in another unit"),
        ("open_interest", -1, "negative open interest or volume"),
        ("underlying_price", None, "underlying_price is missing"),
    ],
)
def test_an_impossible_row_is_put_aside_and_told(field: str, value: Any, reason: str) -> None:
    def spoil(body: Any) -> None:
        row = body["result"][0]
        body["result"] = [row | {"instrument_name": f"BTC-25SEP26-{n}-P"} for n in range(1000, 1200)]
        body["result"].append(row | {field: value})

    landed = land(CHAIN, spoil)
    assert landed.bad["reason"].to_list() == [reason]
    assert landed.good.height == 200


def test_linear_options_are_another_product() -> None:
    def add(body: Any) -> None:
        body["result"].append(body["result"][0] | {"instrument_name": "BTC_USDC-25SEP26-84000-P"})

    assert (land(CHAIN, add).good.height, land(CHAIN, add).bad.height) == (4, 0)


def test_listings_are_typed_and_must_agree_with_their_names() -> None:
    landed = land(LISTING)
    row = landed.good.filter(strike_price=92000.0).row(0, named=True)
    assert (row["expiry_at"], row["listed_at"]) == (datetime(2026, 9, 16, 8), datetime(2026, 9, 13, 8))
    assert (row["contract_size_coins"], row["settlement_currency"], row["is_active"]) == (1.0, "BTC", True)
    assert row["observed_at"] == datetime(2026, 9, 14, 10, 15, 0, 101000)

    def disagree(body: Any) -> None:
        body["result"][0]["expiration_timestamp"] += 86_400_000

    with pytest.raises(UnreadableBody, match="name and fields of the instrument disagree"):
        land(LISTING, disagree)


def test_trades_keep_legs_and_leave_other_kinds_out() -> None:
    landed = land(TRADES)
    assert landed.good["trade_id"].to_list() == ["502774310", "502774311", "502774312"]
    assert landed.bad.height == 0
    leg = landed.good.row(2, named=True)
    assert leg | {
        "observed_at": datetime(2026, 9, 14, 3, 7, 12, 61000), "iv_ratio": 58.05 / 100, "price_coins": 0.0091,
        "mark_price_coins": 0.00934, "index_price": 91157.9, "taker_side": "sell", "size_coins": 40.0,
        "block_trade_id": "BLOCK-480115", "block_trade_legs_count": 3, "combo_id": None, "liquidated_party": None,
    } == leg  # fmt: skip
    assert landed.good["liquidated_party"].to_list() == [None, "T", None]


def test_the_next_page_of_trades_starts_at_the_last_millisecond() -> None:
    dataset = find(TRADES.dataset)
    first = feed(dataset).requests(dataset, Window(DAY, DAY))[0]
    follow = feed(dataset).next_page
    assert follow
    second = follow(dataset, first, TRADES.capture())
    assert second
    assert parameters(second.url) == parameters(first.url) | {"start_timestamp": "1789355232070"}
    assert (second.covers_from, second.gate) == (DAY, first.gate)
    with pytest.raises(UnreadableBody, match="only those of one millisecond"):
        follow(dataset, second, TRADES.capture())
    last = TRADES.body.replace(b'"has_more": true', b'"has_more": false')
    assert follow(dataset, second, TRADES.capture(last)) is None


def test_a_finished_day_without_trades_is_no_answer() -> None:
    dataset = find(TRADES.dataset)
    gate = feed(dataset).requests(dataset, Window(DAY, DAY))[0].gate
    assert gate
    running = json.loads(TRADES.body) | {"result": {"trades": [], "has_more": False}}
    gate(running)
    with pytest.raises(BodyRejected, match="not one option traded"):
        gate(running | {"usOut": 1789430400000000})


def test_candles_of_the_volatility_index_are_fractions_and_final() -> None:
    landed = land(INDEX)
    candle = landed.good.row(2)
    assert candle[:3] == ("BTC", datetime(2026, 9, 14, 2), datetime(2026, 9, 14, 3))
    assert candle[3:7] == pytest.approx((0.4642, 0.4933, 0.464, 0.491))
    assert land(INDEX, received_at=datetime(2026, 9, 14, 2, 59)).running == 1


def test_a_page_of_the_index_that_lacks_older_candles_is_refused() -> None:
    def cut(body: Any) -> None:
        body["result"]["continuation"] = 1789344000000

    with pytest.raises(UnreadableBody, match="lacks older ones"):
        land(INDEX, cut)


def test_closes_alone_are_candles_of_a_day() -> None:
    daily = Twin("deribit_options/volatility_index_1d", INDEX.payload, INDEX.url, DAY, DAY)

    def closes(body: Any) -> None:
        body["result"]["data"] = [[1789344000000, None, None, None, 46.1]]

    good = land(daily, closes).good
    assert good.select("open_iv_ratio", "close_iv_ratio", "period_end_at").row(0) == (
        None, 0.461, datetime(2026, 9, 15),
    )  # fmt: skip


def test_deliveries_are_options_of_the_days_asked_for() -> None:
    landed = land(DELIVERIES)
    assert sorted(landed.good["instrument_name"]) == ["BTC-11SEP26-90000-C", "BTC-11SEP26-94000-P"]
    row = landed.good.filter(option_type="call").row(0, named=True)
    assert (row["position_coins"], row["index_price"], row["mark_price_coins"]) == (402.7, 91202.4, 0.01318)
    assert row["settled_at"] == datetime(2026, 9, 11, 8, 0, 0, 9000)


def test_deliveries_are_followed_until_they_are_too_old() -> None:
    dataset = find(DELIVERIES.dataset)
    follow = feed(dataset).next_page
    assert follow
    requests = feed(dataset).requests
    assert (
        follow(dataset, requests(dataset, Window(date(2026, 9, 11), date(2026, 9, 14)))[0], DELIVERIES.capture())
        is None
    )
    wide = requests(dataset, Window(date(2026, 9, 2), date(2026, 9, 14)))[0]
    second = follow(dataset, wide, DELIVERIES.capture())
    assert second
    assert parameters(second.url)["continuation"] == "nE4tInv3ntedT0kenQ7"
    with pytest.raises(UnreadableBody, match="this one again"):
        follow(dataset, second, DELIVERIES.capture())
    end = DELIVERIES.body.replace(b'"nE4tInv3ntedT0kenQ7"', b'"none"')
    assert follow(dataset, wide, DELIVERIES.capture(end)) is None


@pytest.mark.parametrize("twin", [CHAIN, LISTING, TRADES, INDEX, DELIVERIES], ids=lambda twin: twin.dataset)
def test_errors_and_other_shapes_are_never_rows(twin: Twin) -> None:
    dataset = find(twin.dataset)
    gate = feed(dataset).requests(dataset, Window(DAY, DAY))[0].gate
    assert gate
    gate(json.loads(twin.body))
    for body, told in (
        (json.loads((PAYLOADS / "error_deribit_10028.json").read_text())["body"], "too_many_requests"),
        (json.loads(twin.body) | {"testnet": True}, "error in a 200 answer"),
        ([], "error in a 200 answer"),
    ):
        with pytest.raises(BodyRejected, match=told):
            gate(body)
    field = {"settlements": "position", "volatility_index_1h": "data"}.get(dataset.name, "timestamp")
    for renamed in (f'"{field}"', '"result"'):
        body = twin.body.replace(renamed.encode(), b'"moved"')
        if body != twin.body:
            with pytest.raises(UnreadableBody):
                feed(dataset).parse(dataset, twin.capture(body))


@given(st.sampled_from(DATED), st.dates(date(2023, 1, 1), date(2026, 10, 1)), st.integers(0, 70))
def test_questions_cover_the_window_once_and_stay_in_a_partition(name: str, first: date, more: int) -> None:
    dataset = find(f"deribit_options/{name}")
    window = Window(first, first + timedelta(days=more))
    requests = feed(dataset).requests(dataset, window)
    for currency in ("BTC", "ETH"):
        asked = [request for request in requests if request.series == currency]
        days = [day for r in asked for day in Window(r.covers_from or first, r.covers_to or first).days()]
        assert days == list(window.days())
        assert all(len(list(Window(r.covers_from, r.covers_to).pieces(dataset.partition))) == 1 for r in asked)
        for request in asked:
            asked_for = parameters(request.url)
            end = int(asked_for.get("search_start_timestamp") or asked_for["end_timestamp"])
            assert datetime(1970, 1, 1) + timedelta(milliseconds=end + 1) == datetime.combine(
                request.covers_to, datetime.min.time()
            ) + timedelta(days=1)


def test_a_snapshot_is_asked_once_per_coin_whatever_the_window() -> None:
    for name in ("book_summary", "instruments"):
        dataset = find(f"deribit_options/{name}")
        short, long = (feed(dataset).requests(dataset, Window(DAY - timedelta(days=d), DAY)) for d in (0, 60))
        assert short == long
        assert [(r.series, r.covers_from) for r in short] == [("BTC", None), ("ETH", None)]


def test_the_tickers_delta_is_the_forward_delta_without_the_premium() -> None:
    """No dataset: only the shape and the convention that a delta computed here will be compared with."""
    ticker = json.loads((PAYLOADS / "deribit_ticker.json").read_text())["result"]
    assert set(ticker["greeks"]) == {"delta", "gamma", "vega", "theta", "rho"}
    forward, strike, volatility = ticker["underlying_price"], 84000.0, ticker["mark_iv"] / 100
    quoted_at = datetime(1970, 1, 1) + timedelta(milliseconds=ticker["timestamp"])
    deviation = volatility * math.sqrt((EXPIRY - quoted_at) / timedelta(days=365))
    d1 = (math.log(forward / strike) + deviation**2 / 2) / deviation
    assert ticker["greeks"]["delta"] == pytest.approx(-math.erfc(d1 / math.sqrt(2)) / 2, abs=1e-5)
    assert ticker["bid_iv"] < ticker["mark_iv"] < ticker["ask_iv"]
