"""Synthetic prices beside the hours: daily candles of three venues, one of them a year's tail, and minutes of ether."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.dbt.raw_factory import DAYS, FIRST_DAY, Raw, Row, candle, file_known_at, stamp

TAIL_DAYS = 70
MINUTES = 120


def rows() -> Raw:
    """Binance's days end where its hours begin; Coinbase and Kraken have days alone."""
    day, minute = timedelta(days=1), timedelta(minutes=1)
    tail = [FIRST_DAY - day * index for index in range(TAIL_DAYS, 0, -1)]
    days = [FIRST_DAY + day * index for index in range(DAYS)]
    minutes = [datetime(2026, 2, 6) + minute * index for index in range(MINUTES)]
    ether = {"symbol": "ETHUSDT"}
    return {
        "binance_vision/spot_klines_1d": [
            stamp(candle(start, prices) | {"period_end_at": start + day}, file_known_at(start))
            for start, prices in zip(tail, walk(84_000.0, 0.02, 1), strict=False)
        ],
        "binance_vision/spot_klines_1m": [
            stamp(candle(start, prices) | ether | {"period_end_at": start + minute}, file_known_at(start))
            for start, prices in zip(minutes, walk(1_790.0, 0.002, 2), strict=False)
        ],
        "coinbase_exchange/candles_1d": [
            stamp(daily(start, prices, "BTC-USD"), start + day + minute)
            for start, prices in zip(days, walk(84_100.0, 0.02, 3), strict=False)
        ],
        "kraken/ohlc_1d": [
            stamp(daily(start, (1.0, 1.001, 0.997, 0.999), "USDTUSD"), start + day + 2 * minute) for start in days
        ],
    }


def daily(start: datetime, prices: tuple[float, float, float, float], symbol: str) -> Row:
    return plain(candle(start, prices) | {"symbol": symbol, "period_end_at": start + timedelta(days=1)})


def plain(row: Row) -> Row:
    """The candle as venues other than Binance print it."""
    return {name: value for name, value in row.items() if not name.startswith(("volume_quote", "taker"))}


def walk(price: float, deviation: float, seed: int) -> Iterator[tuple[float, float, float, float]]:
    rng = random.Random(seed)
    while True:
        opened, price = price, price * math.exp(rng.gauss(0, deviation))
        high, low = max(opened, price), min(opened, price)
        yield (
            opened,
            high * (1 + abs(rng.gauss(0, deviation / 3))),
            low * (1 - abs(rng.gauss(0, deviation / 3))),
            price,
        )
