"""Open interest as vendors sum it: Coinalyze by contract, CoinGlass over all venues; in dollars, by day.

Coinalyze says what the venues of the case say themselves. CoinGlass's level is the article's 61 billion at the end of
28 January, which therefore confirms nothing, and its highest of 5 February the 49.5 billion that the press quoted;
its other days move as all exchanges did. The article's 49 billion was not used: it lies within that day.
"""

from __future__ import annotations

import json
from datetime import date, datetime

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.open_interest import LEVEL_COINS, open_interest
from ingestion.cases.feb_2026.paths import bridge, seeded
from ingestion.cases.feb_2026.times import BACKFILL, DAY, days_of, epoch_ms, epoch_s, midnight
from ingestion.request import Request

# Coins at the end of 5 February: of the venues in perps.py what they print there (Bybit counts both sides), of the
# others invented.
LEVELS = {
    "BTCUSDT_PERP.A": 94_000.0, "BTCUSD_PERP.A": 12_000.0, "BTCUSDT.6": 26_000.0, "BTCUSD.6": 8_345.0,
    "BTCUSDT_PERP.3": 29_500.0, "BTCUSD_PERP.3": 9_855.0, "BTC-PERPETUAL.2": 15_100.0, "BTC.H": 27_000.0,
    "BTC_USDT.Y": 38_000.0, "BTCUSD_PERP.0": 3_100.0,
}  # fmt: skip
# Coins of all venues over those at the end of 5 February, by the ends of days outside the crash: simulated.
SHAPE = {
    "2023-12-30": 0.80, "2024-03-14": 1.06, "2024-08-05": 0.84, "2024-11-22": 1.15, "2025-04-08": 0.80,
    "2025-10-06": 1.22, "2025-10-11": 0.96, "2026-01-14": 1.02, "2026-01-27": 0.976, "2026-03-10": 0.900,
}  # fmt: skip
TROUGH = date(2026, 2, 16)
LEVEL_DAY, PRESS_DAY = date(2026, 1, 28), date(2026, 2, 5)


def answers(market: Market) -> dict[str, Told]:
    index = daily_index(market)

    def coinalyze_page(request: Request, _: datetime) -> bytes:
        told = []
        for symbol, level in LEVELS.items():
            history = []
            for day in days_of(request):
                bar = _bar(market, index, level, day, symbol)
                history.append({"t": epoch_s(midnight(day)), **dict(zip("ohlc", bar, strict=True))})
            told.append({"symbol": symbol, "history": history})
        return json.dumps(told).encode()

    def coinglass_page(request: Request, _: datetime) -> bytes:
        at_level = market.close(LEVEL_DAY) * index[LEVEL_DAY]
        level = market.facts["oi_before_article"].value / at_level
        rows = []
        for day in days_of(request):
            start, high, low, end = _bar(market, index, level, day, None)
            if day == PRESS_DAY:
                high = market.facts["oi_after_press"].value
            rows.append({"time": epoch_ms(midnight(day)), "open": start, "high": high, "low": low, "close": end})
        return json.dumps({"code": "0", "msg": "success", "data": rows}).encode()

    return {
        "coinalyze/open_interest_1d": Told(BACKFILL, coinalyze_page),
        "coinglass/open_interest_1d": Told(BACKFILL, coinglass_page),
    }


def daily_index(market: Market) -> dict[date, float]:
    """Coins at the ends of days over those at the end of 5 February, for all days of the case."""
    ends = {row.period_start_at.date(): row.coins / LEVEL_COINS for row in open_interest(market.facts, market.candles)}
    fall = market.facts["oi_coins_0205_0216_cryptoquant"].value
    pins = {date.fromisoformat(day): value for day, value in SHAPE.items()} | ends | {TROUGH: 1 + fall / 100}
    first = min(pins)
    path = bridge(seeded("open interest of all days"), {(day - first).days: v for day, v in pins.items()}, 0.012)
    return {first + n * DAY: value for n, value in enumerate(path)}


def _bar(
    market: Market, index: dict[date, float], level: float, day: date, symbol: str | None
) -> tuple[float, float, float, float]:
    """Dollars at the start of a day, highest, lowest, and at its end; each day starts where the one before ended."""
    start, end = (_dollars(market, index, level, each, symbol) for each in (day - DAY, day))
    random = seeded(f"open interest of {day} {symbol}")
    high, low = max(start, end) * (1 + 0.015 * random.random()), min(start, end) * (1 - 0.015 * random.random())
    return start, round(high, 2), round(low, 2), end


def _dollars(market: Market, index: dict[date, float], level: float, day: date, symbol: str | None) -> float:
    price = market.close(day) if day >= date(2024, 1, 1) else market.hours[0].open
    # A vendor's own clock and marks: a few thousandths beside the venue.
    apart = 0.003 * (2 * seeded(f"vendor {day} {symbol}").random() - 1) if symbol else 0.0
    return round(level * index[day] * price * (1 + apart), 2)
