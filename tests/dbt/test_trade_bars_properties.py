"""Minutes of trades: added up by hand, from the newest file known, and held against the venue's own candles."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import Raw, Row, stamp

TRADES, CANDLES = "binance_vision_trades/spot_agg_trades", "binance_vision/spot_klines_1m"
PERPETUAL = "binance_vision_trades/um_agg_trades"
NINE = datetime(2026, 2, 5, 9)
MINUTE = timedelta(minutes=1)
KNOWN, LATER = datetime(2026, 2, 6, 8), datetime(2026, 2, 9, 8)


def trade(number: int, seconds: float, price: float, coins: float, known_at: datetime = KNOWN, **other: Any) -> Row:
    row = {
        "symbol": "BTCUSDT",
        "trade_id": number,
        "traded_at": NINE + timedelta(seconds=seconds),
        "price": price,
        "quantity_coins": coins,
        "first_trade_id": 10 * number,
        "last_trade_id": 10 * number,
        "is_buyer_maker": False,
    }
    return stamp(row | other, known_at)


def bars(project: CompiledProject, raw: Raw, columns: str, as_of: str | datetime = NEVER) -> list[tuple[Any, ...]]:
    return project.ask(raw, f"select {columns} from intermediate.int_prices__trade_bars order by all", as_of)


def test_a_minute_is_its_trades_by_time_and_number(project: CompiledProject) -> None:
    """Two trades share the first moment and two the last: their numbers decide. The maker's side is not the taker's."""
    rows = [
        trade(3, 0, 101.0, 1.0),
        trade(2, 0, 100.0, 2.0, is_buyer_maker=True, last_trade_id=24),
        trade(4, 30, 99.0, 0.5),
        trade(6, 59.999999, 104.0, 0.25, is_buyer_maker=True),
        trade(5, 59.999999, 105.0, 0.25),
        trade(7, 60, 110.0, 1.0, is_buyer_maker=True),
    ]
    columns = (
        "period_start_at, open_price, high_price, low_price, close_price, volume_coins, volume_quote, trades_count, "
        "taker_buy_coins, taker_buy_quote, volume_delta_coins, cumulative_volume_delta_coins"
    )
    assert bars(project, {TRADES: rows}, columns) == [
        (NINE, 100.0, 105.0, 99.0, 104.0, 4.0, 402.75, 9, 1.75, 176.75, -0.5, -0.5),
        (NINE + MINUTE, 110.0, 110.0, 110.0, 110.0, 1.0, 110.0, 1, 0.0, 0.0, -1.0, -1.5),
    ]


def test_the_delta_begins_anew_at_midnight_and_in_each_market(project: CompiledProject) -> None:
    rows = [trade(1, 0, 100.0, 1.0), trade(2, 86_400, 100.0, 4.0)]
    raw = {TRADES: rows, PERPETUAL: [trade(1, 0, 100.0, 2.0, is_buyer_maker=True)]}
    assert bars(project, raw, "product, period_start_at, cumulative_volume_delta_coins") == [
        ("linear", NINE, -2.0),
        ("spot", NINE, 1.0),
        ("spot", NINE + timedelta(days=1), 4.0),
    ]


def test_the_newest_file_known_counts_and_what_it_lost_is_gone(project: CompiledProject) -> None:
    """The second file has lost a minute, and a trade of the other. Another day has one file only."""
    first = [trade(1, 0, 100.0, 1.0), trade(2, 10, 101.0, 1.0), trade(3, 60, 102.0, 1.0)]
    other = trade(9, 86_400, 103.0, 1.0)
    second = [trade(1, 0, 100.0, 1.0, LATER)]
    raw = {TRADES: [*first, other, *second]}
    columns = "period_start_at, volume_coins, known_at"
    tomorrow = (NINE + timedelta(days=1), 1.0, KNOWN)
    assert bars(project, raw, columns) == [(NINE, 1.0, LATER), tomorrow]
    before = [(NINE, 2.0, KNOWN), (NINE + MINUTE, 1.0, KNOWN), tomorrow]
    assert bars(project, raw, columns, LATER - timedelta(seconds=1)) == before
    assert bars(project, {TRADES: [*first, other]}, columns) == before
    assert bars(project, raw, columns, KNOWN - timedelta(seconds=1)) == []


def candle(number: int, rows: list[Row], known_at: datetime = KNOWN) -> Row:
    """The venue's candle of a minute, added up independently."""
    start = NINE + number * MINUTE
    inside = [row for row in rows if start <= row["traded_at"] < start + MINUTE]
    prices = [row["price"] for row in inside]
    taken = [row for row in inside if not row["is_buyer_maker"]]
    fields = {
        "symbol": "BTCUSDT", "period_start_at": start, "period_end_at": start + MINUTE,
        "open_price": prices[0], "high_price": max(prices), "low_price": min(prices), "close_price": prices[-1],
        "volume_coins": math.fsum(row["quantity_coins"] for row in inside),
        "volume_quote": math.fsum(row["price"] * row["quantity_coins"] for row in inside),
        "trades_count": sum(row["last_trade_id"] - row["first_trade_id"] + 1 for row in inside),
        "taker_buy_coins": math.fsum(row["quantity_coins"] for row in taken),
        "taker_buy_quote": math.fsum(row["price"] * row["quantity_coins"] for row in taken),
    }  # fmt: skip
    return stamp(fields, known_at)


@pytest.fixture(scope="module")
def hour() -> list[Row]:
    turn = random.Random(5)
    return [
        trade(i, i * 2.5, 70_000 + turn.randrange(500) / 100, turn.randrange(1, 9_999) / 1000,
              is_buyer_maker=turn.random() < 0.5, last_trade_id=10 * i + turn.randrange(4))
        for i in range(1440)
    ]  # fmt: skip


def contradicted(project: CompiledProject, raw: Raw) -> dict[str, list[tuple[Any, ...]]]:
    with project.materialise(raw, NEVER) as connection:
        return project.failures(connection, about="int_prices__trade_bars")


def test_trades_and_candles_of_one_hour_agree(project: CompiledProject, hour: list[Row]) -> None:
    candles = [candle(number, hour) for number in range(60)]
    assert contradicted(project, {TRADES: hour, CANDLES: candles}) == {}


@pytest.mark.parametrize(
    "change",
    [{"open_price": 1.0}, {"trades_count": 1}, {"volume_coins": 1.0}, {"taker_buy_coins": 0.1}],
    ids=lambda change: next(iter(change)),
)
def test_a_candle_that_says_something_else_is_told(
    project: CompiledProject, hour: list[Row], change: dict[str, float]
) -> None:
    candles = [candle(number, hour) for number in range(60)]
    candles[17] |= change
    assert contradicted(project, {TRADES: hour, CANDLES: candles}) == {
        "int_prices__trade_bars__agree_with_candles": [(NINE + 17 * MINUTE, "BTC", "spot")]
    }


def test_a_candle_of_trades_without_a_bar_is_told_and_a_day_without_trades_is_not(
    project: CompiledProject, hour: list[Row]
) -> None:
    candles = [candle(number, hour) for number in range(60)]
    tomorrow = candles[0] | {"period_start_at": NINE + timedelta(days=1)}
    lost = [row for row in hour if not NINE + MINUTE <= row["traded_at"] < NINE + 2 * MINUTE]
    assert contradicted(project, {TRADES: lost, CANDLES: [*candles, tomorrow]}) == {
        "int_prices__trade_bars__agree_with_candles": [(NINE + MINUTE, "BTC", "spot")]
    }


def test_trades_stand_for_candles_where_they_are(project: CompiledProject, hour: list[Row]) -> None:
    """A candle that says the same was known first; one that says something else gives way."""
    candles = [candle(number, hour, KNOWN - timedelta(hours=1)) for number in range(60)]
    candles[5] |= {"high_price": 99_000.0}
    query = (
        "select period_start_at, high_price, known_at from intermediate.int_prices__collect_bars order by all limit 7"
    )
    answer = project.ask({TRADES: hour[:-24], CANDLES: candles}, query)
    right = [candle(number, hour)["high_price"] for number in range(7)]
    assert [high for _, high, _ in answer] == right
    assert [known == KNOWN for _, _, known in answer] == [number == 5 for number in range(7)]
