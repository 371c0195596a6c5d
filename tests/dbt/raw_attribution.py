"""A rebound of ether, two months of the volatility index with bitcoin's hours at its closes, and hours of stocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from tests.dbt.raw_factory import Raw, Row, candle, stamp
from tests.dbt.raw_prices import plain, walk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REBOUND = datetime(2026, 2, 6)
# Calendar of New York: shut, and shut early.
SHUT = {date(2025, 11, 27), date(2025, 12, 25), date(2026, 1, 1), date(2026, 1, 19)}
SHORT = {date(2025, 11, 28), date(2025, 12, 24)}


def rows() -> Raw:
    closes = list(sessions(date(2025, 11, 24), date(2026, 2, 6)))
    return {
        "bitstamp/ohlc_1h": [stamp(row, row["period_end_at"] + HOUR / 60) for row in (*at_closes(closes), *ether())],
        "cboe/vix_daily": [
            stamp(index(end, prices), end + 12 * HOUR)
            for end, prices in zip(closes, walk(17.0, 0.05, 11), strict=False)
        ],
        "yahoo/chart_1h": [
            stamp(row, row["period_end_at"] + HOUR / 2) for end in closes if end.month == 2 for row in stocks(end)
        ],
    }


def sessions(first: date, last: date) -> Iterator[datetime]:
    for number in range((last - first).days + 1):
        day = first + number * DAY
        if day.weekday() < 5 and day not in SHUT:
            yield datetime.combine(day, time(18 if day in SHORT else 21))


def at_closes(closes: list[datetime]) -> Iterator[Row]:
    """Bitcoin in the hours that end with the stocks, until other rows have it."""
    early = [end for end in closes if end < datetime(2025, 12, 26)]
    for end, prices in zip(early, walk(84_000.0, 0.02, 12), strict=False):
        yield hour("btcusd", end, prices)


def ether() -> Iterator[Row]:
    """Calm at midnights, then eight per cent down and up within the hours of one day."""
    price = 1_800.0
    for number in range(64, -1, -1):
        price *= 1.01 if number % 2 else 1 / 1.01
        yield hour("ethusd", REBOUND - number * DAY, (price, price, price, price))
    for number in range(24):
        level = price * (1 - 0.08 * max(1 - abs(number - 6) / 6, 0))
        yield hour("ethusd", REBOUND + (number + 1) * HOUR, (level, level, level, level))


def hour(symbol: str, end: datetime, prices: tuple[float, float, float, float]) -> Row:
    return plain(candle(end - HOUR, prices) | {"symbol": symbol, "period_end_at": end})


def index(end: datetime, prices: tuple[float, float, float, float]) -> Row:
    names = ("open_points", "high_points", "low_points", "close_points")
    return {"observed_date": end.date(), "observed_at": end + HOUR / 4} | dict(zip(names, prices, strict=True))


def stocks(end: datetime) -> Iterator[Row]:
    """Bars from half past nine in New York, the last one half as long."""
    prices = walk(6_900.0 + end.day, 0.003, end.day)
    for number in range(7):
        start = end - 6.5 * HOUR + number * HOUR
        bar = candle(start, next(prices)) | {"symbol": "^GSPC", "period_end_at": min(start + HOUR, end)}
        yield bar | {"volume_count": 1000, "quote_currency": "USD", "exchange_timezone": "America/New_York"}
