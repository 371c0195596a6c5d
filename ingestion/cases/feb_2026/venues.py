"""Spot venues beside Binance's hourly candles: two in dollars, the dollar's price of USDT, and minutes of the crash.

A few hundredths of a per cent lie between venues, except where the gap is published (Coinbase under Binance at the
ends of 5 and 6 February). Minutes fill their hours and say nothing of their own: an attempt at a level that shows
in them alone is a product of the noise.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.market import GAPS, Market
from ingestion.cases.feb_2026.paths import bridge, seeded
from ingestion.cases.feb_2026.times import BACKFILL, epoch_s, file_out, midnights
from ingestion.cases.wire import HOUR, Candle, spot_csv
from ingestion.request import Request

MINUTE = timedelta(minutes=1)


def answers(market: Market) -> dict[str, Told]:
    coinbase = {candle.start_at: candle for candle in _coinbase(market)}  # outside the crash its days are the other's
    usdt = {candle.start_at: candle for candle in _usdt(market)}
    hours = {candle.start_at: candle for candle in market.hours}

    def coinbase_page(request: Request, _: datetime) -> bytes:
        of = coinbase if "/BTC-USD/" in request.url else usdt
        rows = [[epoch_s(c.start_at), c.low, c.high, c.open, c.close, c.volume_coins] for c in _within(request, of)]
        return json.dumps(rows[::-1]).encode()

    def coinbase_days(request: Request, _: datetime) -> bytes:
        rows = []
        for start in midnights(request):
            of_day = [coinbase.get(start + n * HOUR, hours[start + n * HOUR]) for n in range(24)]
            rows.append([
                epoch_s(start), min(c.low for c in of_day), max(c.high for c in of_day), of_day[0].open,
                of_day[-1].close, round(sum(c.volume_coins for c in of_day), 8),
            ])  # fmt: skip
        return json.dumps(rows[::-1]).encode()

    def bitstamp_page(request: Request, _: datetime) -> bytes:
        rows = [
            {
                "timestamp": str(epoch_s(c.start_at)), "open": f"{c.open:.2f}", "high": f"{c.high:.2f}",
                "low": f"{c.low:.2f}", "close": f"{c.close:.2f}", "volume": f"{c.volume_coins:.8f}",
            }
            for c in _within(request, hours)
        ]  # fmt: skip
        return json.dumps({"data": {"ohlc": rows, "pair": "BTC/USD"}}).encode()

    def hourly_file(request: Request, _: datetime) -> bytes:
        return spot_csv(c for c in market.candles if c.start_at.date() == request.covers_from).encode()

    def minute_file(request: Request, _: datetime) -> bytes:
        of_day = [c for c in market.candles if c.start_at.date() == request.covers_from]
        return spot_csv((minute for candle in of_day for minute in _minutes(candle)), MINUTE).encode()

    return {
        "binance_vision/spot_klines_1h": Told(file_out, hourly_file),
        "binance_vision/spot_klines_1m": Told(file_out, minute_file),
        "bitstamp/ohlc_1h": Told(BACKFILL, bitstamp_page),
        "coinbase_exchange/candles_1d": Told(BACKFILL, coinbase_days),
        "coinbase_exchange/candles_1h": Told(BACKFILL, coinbase_page),
    }


def _within(request: Request, candles: dict[datetime, Candle]) -> list[Candle]:
    hours = [midnight + n * HOUR for midnight in midnights(request) for n in range(24)]
    return [candles[hour] for hour in hours if hour in candles]


def _coinbase(market: Market) -> list[Candle]:
    """Binance's hour moved by the gap, to a quarter of a dollar; to the cent where the gap is published."""
    random = seeded("coinbase volumes")
    closes = [_quarter(c.close * gap) for c, gap in zip(market.candles, market.coinbase[1:], strict=True)]
    for number, c in enumerate(market.candles):
        if c.start_at.hour == 23 and f"{c.start_at:%Y-%m-%d}" in GAPS:
            closes[number] = round(c.close * market.coinbase[number + 1], 2)
    made = []
    for number, c in enumerate(market.candles):
        end, lower = closes[number], min(market.coinbase[number : number + 2])
        start = closes[number - 1] if number else _quarter(c.open * market.coinbase[0])
        high, low = max(_quarter(c.high * lower), start, end), min(_quarter(c.low * lower), start, end)
        volume = round(256 * c.volume_coins * (0.28 + 0.08 * random.random())) / 256
        made.append(c._replace(open=start, high=high, low=low, close=end, volume_coins=volume))
    return made


def _quarter(price: float) -> float:
    return round(4 * price) / 4


def _usdt(market: Market) -> list[Candle]:
    random = seeded("usdt volumes")
    made = []
    for c, start, end in zip(market.candles, market.usdt[:-1], market.usdt[1:], strict=True):
        high, low = round(max(start, end) + 0.0001, 5), round(min(start, end) - 0.0001, 5)
        volume = float(round(4e6 * (0.5 + random.random())))
        made.append(Candle(c.start_at, start, high, low, end, volume, 0.0, 0, 0.0, 0.0))
    return made


def _minutes(c: Candle) -> list[Candle]:
    """Sixty minutes from open to close over both extremes, each touched in one minute alone."""
    random = seeded(f"minutes of {c.start_at}")
    early, late = 12 + random.randrange(8), 38 + random.randrange(8)
    extremes = (c.low, c.high) if c.close >= c.open else (c.high, c.low)
    # A hair short of the extreme, which the wick of the minute then reaches.
    inside = [extreme + 0.04 * (c.open - extreme) for extreme in extremes]
    path = bridge(random, {0: c.open, early: inside[0], late: inside[1], 60: c.close}, 0.0006)
    room = 0.02 * (c.high - c.low)
    path[1:60] = [round(min(max(level, c.low + room), c.high - room), 2) for level in path[1:60]]
    shares = [0.5 + random.random() for _ in range(60)]
    total = sum(shares)
    made = []
    for n in range(60):
        start, end, share = path[n], path[n + 1], shares[n] / total
        high, low = max(start, end), min(start, end)
        for at, extreme in zip((early, late), extremes, strict=True):
            if n == at:
                high, low = max(high, extreme), min(low, extreme)
        made.append(
            Candle(
                c.start_at + n * MINUTE, start, high, low, end,
                round(c.volume_coins * share, 5), round(c.volume_coins * share * (high + low) / 2, 7),
                int(c.trades * share), round(c.taker_buy_coins * share, 5),
                round(c.taker_buy_coins * share * (high + low) / 2, 7),
            )
        )  # fmt: skip
    return made
