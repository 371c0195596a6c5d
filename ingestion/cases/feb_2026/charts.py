"""Charts of other markets by session and hour, as Yahoo draws them, and the VIX as Cboe lists it.

The closes are those of macro.py; openings, wicks and the hours between are simulated.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from urllib.parse import unquote

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.macro import FUNDS, WALKS, all_closes
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.paths import seeded
from ingestion.cases.feb_2026.sessions import SESSIONS
from ingestion.cases.feb_2026.times import BACKFILL, days_of, epoch_s, new_york
from ingestion.request import Request

# Futures' days begin at midnight in New York, the others' at its bell; hours are kept to whole ones of trading.
FUTURES = ("GC=F", "SI=F", "DX-Y.NYB")


def answers(market: Market) -> dict[str, Told]:
    closes = all_closes(market)

    def daily_chart(request: Request, _: datetime) -> bytes:
        symbol = _symbol(request)
        rows = []
        for day in days_of(request):
            if day in closes[symbol]:
                before = closes[symbol].get(_before(day), closes[symbol][day])
                rows.append((new_york(day, *_opening(symbol)), *_bar(symbol, day, before, closes[symbol][day])))
        return _chart(symbol, rows)

    def hourly_chart(request: Request, _: datetime) -> bytes:
        symbol = _symbol(request)
        rows = []
        for day in days_of(request):
            if day in closes[symbol]:
                start, _high, _low, end, _volume = _bar(symbol, day, closes[symbol][_before(day)], closes[symbol][day])
                stamps = _hours(symbol, day)
                levels = _inside(market, symbol, stamps, start, end)
                for stamp, first, last in zip(stamps, levels[:-1], levels[1:], strict=False):
                    rows.append((stamp, *_bar(symbol, stamp, first, last, starts=first, size=0.001)))
        return _chart(symbol, rows)

    def vix_table(_request: Request, _: datetime) -> bytes:
        lines = ["DATE,OPEN,HIGH,LOW,CLOSE"]
        for day in SESSIONS:
            bar = _bar("^VIX", day, closes["^VIX"].get(_before(day), closes["^VIX"][day]), closes["^VIX"][day])
            lines.append(f"{day:%m/%d/%Y}," + ",".join(f"{price:.6f}" for price in bar[:4]))
        return "\n".join([*lines, ""]).encode()

    return {
        "yahoo/chart_1d": Told(BACKFILL, daily_chart),
        "yahoo/chart_1h": Told(BACKFILL, hourly_chart),
        "cboe/vix_daily": Told(BACKFILL, vix_table),
    }


def _hours(symbol: str, day: date) -> list[datetime]:
    """The beginnings of a session's hours and its end; the last hour of stocks is half a one."""
    if symbol in FUTURES:
        return [new_york(day, hour) for hour in range(18)]
    return [*(new_york(day, hour, 30) for hour in range(9, 16)), new_york(day, 16)]


def _inside(market: Market, symbol: str, moments: list[datetime], start: float, end: float) -> list[float]:
    """Prices at moments of a session: a straight line, and a part of what bitcoin does beside its own."""
    random = seeded(f"hours {symbol} {moments[0]}")
    beta = WALKS[FUNDS[symbol][0] if symbol in FUNDS else symbol].beta
    first, last = market.price(moments[0]), market.price(moments[-1])
    levels = []
    for moment in moments:
        share = (moment - moments[0]) / (moments[-1] - moments[0])
        aside = market.price(moment) / (first + (last - first) * share) - 1
        noise = 0.0012 * (2 * random.random() - 1) * share * (1 - share)
        levels.append((start + (end - start) * share) * (1 + beta * aside + noise))
    return levels


def _before(day: date) -> date:
    return SESSIONS[max(SESSIONS.index(day) - 1, 0)]


def _bar(
    symbol: str, when: date | datetime, before: float, close: float, starts: float | None = None, size: float = 0.004
) -> tuple[float, float, float, float, int]:
    """Open, high, low, close and volume: opening part of the way from the close before, with wicks on both sides."""
    random = seeded(f"bar {symbol} {when}")
    decimals = WALKS[symbol].decimals if symbol in WALKS else 2
    start = round(starts if starts is not None else before + (close - before) * 0.5 * random.random(), decimals)
    high = round(max(start, close) * (1 + size * random.random()), decimals)
    low = round(min(start, close) * (1 - size * random.random()), decimals)
    return start, high, low, round(close, decimals), 1000 * random.randrange(1_000, 9_000)


def _opening(symbol: str) -> tuple[int, int]:
    return (0, 0) if symbol in FUTURES else (9, 30)


def _symbol(request: Request) -> str:
    return unquote(request.url.partition("?")[0].rpartition("/")[2])


def _chart(symbol: str, rows: list[tuple[datetime, float, float, float, float, int]]) -> bytes:
    lists = {name: [row[n] for row in rows] for n, name in enumerate(("open", "high", "low", "close", "volume"), 1)}
    meta = {"currency": "USD", "symbol": symbol, "exchangeTimezoneName": "America/New_York"}
    result = {"meta": meta, "timestamp": [epoch_s(row[0]) for row in rows], "indicators": {"quote": [lists]}}
    return json.dumps({"chart": {"result": [result], "error": None}}).encode()
