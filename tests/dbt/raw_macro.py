"""Synthetic closes of other markets from Christmas on, and bitcoin's hours at those closes before the walk begins."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from tests.dbt.raw_factory import FIRST_DAY, Raw, Row, candle, stamp
from tests.dbt.raw_prices import plain

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Close of winter in New York, UTC.
CLOSE = time(21)
HOLIDAYS = {date(2026, 1, 1), date(2026, 1, 19)}


def rows() -> Raw:
    days = list(sessions(date(2025, 12, 26), date(2026, 2, 6)))
    market = dict(zip(days, walk(6_900.0, 0.01, 4), strict=False))
    bitcoin = dict(zip(days, walk(84_000.0, 0.02, 5), strict=False))
    return {
        "yahoo/chart_1d": [
            stamp(bar(symbol, day, price * share), datetime.combine(day, CLOSE) + 2 * HOUR)
            for symbol, share in (("^GSPC", 1.0), ("QQQ", 0.09), ("GC=F", 0.7))
            for day, price in market.items()
            if symbol == "^GSPC" or day > date(2026, 1, 26)
        ],
        "fred_third_party/series_daily": [
            stamp(value("SP500", day, market[day]), datetime.combine(day, CLOSE) + DAY + HOUR) for day in days[-6:]
        ],
        "treasury/par_yields": [
            stamp(quote("10Y", day, 4.2 + 0.01 * (day.day % 4)), datetime.combine(day, CLOSE) + 2 * HOUR)
            for day in days[-6:]
        ],
        "coinbase_exchange/candles_1h": [
            stamp(hour(datetime.combine(day, CLOSE), price), datetime.combine(day, CLOSE) + HOUR)
            for day, price in bitcoin.items()
            if day < FIRST_DAY.date()
        ],
    }


def sessions(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        if day.weekday() < 5 and day not in HOLIDAYS:
            yield day
        day += DAY


def walk(price: float, deviation: float, seed: int) -> Iterator[float]:
    rng = random.Random(seed)
    while True:
        price *= math.exp(rng.gauss(0, deviation))
        yield price


def bar(symbol: str, day: date, price: float) -> Row:
    """A futures bar is labelled from midnight in New York to 17:00 there."""
    is_future = symbol == "GC=F"
    opens, closes = (time(5), time(22)) if is_future else (time(14, 30), CLOSE)
    return {
        "symbol": symbol,
        "session_date": day,
        "period_start_at": datetime.combine(day, opens),
        "period_end_at": datetime.combine(day, closes),
        "open_price": price,
        "high_price": price * 1.01,
        "low_price": price * 0.99,
        "close_price": price,
        "volume_count": 1000,
        "quote_currency": "USD",
        "exchange_timezone": "America/New_York",
        "price_basis": None,
    }


def value(series: str, day: date, figure: float) -> Row:
    return {"series": series, "observed_date": day, "observed_at": datetime.combine(day, CLOSE), "value": figure}


def quote(tenor: str, day: date, percent: float) -> Row:
    taken = datetime.combine(day, CLOSE) - HOUR / 2
    return {"tenor": tenor, "observed_date": day, "observed_at": taken, "par_yield_pct": percent}


def hour(end: datetime, price: float) -> Row:
    """An hour of BTC-USD that ends then."""
    return plain(candle(end - HOUR, (price, price, price, price)) | {"symbol": "BTC-USD", "period_end_at": end})
