"""Liquidation streams: the same fall told in each venue's own side codes is mostly long liquidations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import orjson
import polars as pl
import pytest

from ingestion.errors import UnreadableBody
from ingestion.liquidation_messages import (
    binance_force_order,
    bybit_all_liquidation,
    okx_liquidation_orders,
)
from tests.ingestion.sources.twin import PAYLOADS

Parse = Callable[[bytes], pl.DataFrame]
VENUES = [
    pytest.param(binance_force_order, "binance-usdm_ws_forceOrder.json", id="binance"),
    pytest.param(bybit_all_liquidation, "bybit_ws_allLiquidation.json", id="bybit"),
    pytest.param(okx_liquidation_orders, "okx_ws_liquidation-orders.json", id="okx"),
]


def message(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


@pytest.mark.parametrize(("parse", "payload"), VENUES)
def test_a_falling_market_gives_mostly_long_liquidations(parse: Parse, payload: str) -> None:
    events = parse(message(payload))
    assert (events["liquidated_side"] == "long").mean() > 0.5  # type: ignore[operator]
    assert events.columns == [
        "venue",
        "symbol",
        "observed_at",
        "liquidated_side",
        "size_coins",
        "size_contracts",
        "price",
    ]


def test_each_venue_keeps_its_own_units() -> None:
    binance = binance_force_order(message("binance-usdm_ws_forceOrder.json")).row(0)
    bybit = bybit_all_liquidation(message("bybit_ws_allLiquidation.json")).row(2)
    okx = okx_liquidation_orders(message("okx_ws_liquidation-orders.json")).row(1)
    assert binance == (
        "binance", "ETHUSDT", datetime(2026, 5, 11, 3, 29, 59, 988000), "long", 22.5, None, 2963.75,
    )  # fmt: skip
    assert bybit == ("bybit", "ETHUSDT", datetime(2026, 5, 11, 3, 29, 59, 880000), "short", 0.4, None, 2993.5)
    assert okx == ("okx", "ETH-USDT-SWAP", datetime(2026, 5, 11, 3, 29, 59, 850000), "long", None, 25.0, 2957.0)


def test_sell_is_a_long_at_one_venue_and_a_short_at_another() -> None:
    """One venue prints the side of the order, the other that of the position."""
    assert binance_force_order(message("binance-usdm_ws_forceOrder.json"))["liquidated_side"].to_list() == ["long"]
    sell = message("bybit_ws_allLiquidation.json").replace(b'"Buy"', b'"Sell"')
    assert set(bybit_all_liquidation(sell)["liquidated_side"]) == {"short"}


@pytest.mark.parametrize(
    ("parse", "payload", "old", "new"),
    [
        (binance_force_order, "binance-usdm_ws_forceOrder.json", b'"SELL"', b'"sell"'),
        (bybit_all_liquidation, "bybit_ws_allLiquidation.json", b'"Sell"', b'"SELL"'),
        (okx_liquidation_orders, "okx_ws_liquidation-orders.json", b'"buy"', b'"sell"'),
    ],
    ids=["binance", "bybit", "okx"],
)
def test_a_side_code_nobody_documented_is_not_guessed(parse: Parse, payload: str, old: bytes, new: bytes) -> None:
    with pytest.raises(UnreadableBody, match="side codes"):
        parse(message(payload).replace(old, new))


@pytest.mark.parametrize(("parse", "payload"), VENUES)
def test_a_cut_or_foreign_message_is_an_error(parse: Parse, payload: str) -> None:
    whole = orjson.dumps(orjson.loads(message(payload)))
    for end in range(0, len(whole), 5):
        with pytest.raises(UnreadableBody):
            parse(whole[:end])
    with pytest.raises(UnreadableBody):
        parse(b'{"event": "subscribe"}')


def test_a_price_that_is_no_number_is_an_error() -> None:
    with pytest.raises(UnreadableBody, match="price"):
        binance_force_order(message("binance-usdm_ws_forceOrder.json").replace(b"2963.75", b"?"))
