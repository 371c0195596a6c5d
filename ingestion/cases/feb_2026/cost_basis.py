"""Coins by the price they last moved at, and the values that follow: a simulation from the price path alone.

Short-term coins move often and age into long-term ones, which move rarely; whatever moves takes the day's price. So
coins gather where the price stayed long. The cluster of the article (66,900 to 70,600) was not put in: what lies there
is what the months at such prices in 2024 leave there.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import NamedTuple

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.market import FIRST, Market
from ingestion.cases.feb_2026.network import Network
from ingestion.cases.feb_2026.paths import seeded
from ingestion.cases.feb_2026.times import BACKFILL, DAY, daily, days_of, epoch_s, midnight
from ingestion.cases.wire import HOUR
from ingestion.request import Request

STEP = 500
# Where coins lay before the case: share of all coins, from and to a price. A rough shape, nobody's figures.
BEFORE = ((0.16, 0, 1_000), (0.22, 3_500, 12_000), (0.40, 16_000, 31_000), (0.22, 31_000, 64_000))
SHORT_BEFORE = (0.15, 26_000, 44_000)
# Shares of a day: short-term coins that move, that grow old (155 days), and long-term coins that move.
SHORT_MOVE, AGEING, LONG_MOVE = 0.020, 1 / 155, 0.0007
DAY_ONE = date(2009, 1, 9)  # day 1 of the kit
MVRV_POLLED = tuple(daily("2026-01-28", "2026-03-10", 13.2))


class Held(NamedTuple):
    """Coins by step of price at the end of a day: short-term, and all."""

    short: list[float]
    all: list[float]


class Value(NamedTuple):
    """Coins and their mean cost in dollars at the end of a day, of all and of short-term coins."""

    coins: float
    cost: float
    short_cost: float


def answers(market: Market) -> dict[str, Told]:
    network = Network(market)
    kept, values = simulate(market, network)

    def urpd_page(request: Request, _: datetime) -> bytes:
        (day,) = days_of(request)
        cohort = request.series or ""
        held = kept[day].short if cohort == "sth" else kept[day].all
        return json.dumps(_buckets(cohort, day, held, market)).encode()

    def series_page(request: Request, _: datetime) -> bytes:
        days = days_of(request)
        if request.series == "hash_price_phs":
            data = [round(network.hashprice(day), 4) for day in days]
        else:
            is_short = request.series == "sth_realized_price"
            data = [round(values[day].short_cost if is_short else values[day].cost, 2) for day in days]
        first = (days[0] - DAY_ONE).days + 1
        body = {"version": 4, "index": "day1", "type": "StoredF32", "start": first, "end": first + len(days)}
        return json.dumps(body | {"data": data}).encode()

    def metrics_page(request: Request, _: datetime) -> bytes:
        rows = [_metrics(market, network, day, values[day]) for day in days_of(request)]
        return json.dumps({"data": rows}).encode()

    def mvrv_page(_: Request, asked_at: datetime) -> bytes:
        day = asked_at.date() - DAY
        # Another price of the day and another count of coins: a few tenths of a per cent beside the others.
        ratio = market.close(day) / values[day].cost * (1 + 0.006 * (seeded(f"mvrv {day}").random() - 0.5))
        return json.dumps({"d": f"{day}", "unixTs": str(epoch_s(midnight(day))), "mvrv": f"{ratio:.4f}"}).encode()

    return {
        "bitview/urpd": Told(BACKFILL, urpd_page),
        "bitview/series_1d": Told(BACKFILL, series_page),
        "coinmetrics/asset_metrics_1d": Told(BACKFILL, metrics_page),
        "bgeometrics/mvrv": Told(MVRV_POLLED, mvrv_page),
    }


def simulate(market: Market, network: Network) -> tuple[dict[date, Held], dict[date, Value]]:
    """Distributions of the days that are asked for, and costs of every day."""
    steps = 128_000 // STEP
    supply = network.supply(FIRST.date())
    short = _spread(steps, supply, (SHORT_BEFORE,))
    old = _spread(steps, supply * (1 - SHORT_BEFORE[0]), BEFORE)
    kept: dict[date, Held] = {}
    values: dict[date, Value] = {}
    for first in range(0, len(market.hours), 24):
        day = market.hours[first].start_at.date()
        moved = SHORT_MOVE * sum(short) + LONG_MOVE * sum(old) + network.issued(day)
        for n in range(steps):
            aged = AGEING * short[n]
            short[n] += -SHORT_MOVE * short[n] - aged
            old[n] += -LONG_MOVE * old[n] + aged
        for candle in market.hours[first : first + 24]:
            short[int(candle.close // STEP)] += moved / 24
        every = [a + b for a, b in zip(short, old, strict=True)]
        middle = [(n + 0.5) * STEP for n in range(steps)]
        costs = [sum(c * p for c, p in zip(coins, middle, strict=True)) / sum(coins) for coins in (every, short)]
        values[day] = Value(sum(every), *costs)
        if day >= date(2026, 1, 20):
            kept[day] = Held(list(short), every)
    return kept, values


def _spread(steps: int, total: float, parts: tuple[tuple[float, int, int], ...]) -> list[float]:
    coins = [0.0] * steps
    for share, low, high in parts:
        inside = range(low // STEP, high // STEP)
        for n in inside:
            coins[n] += total * share / len(inside)
    return coins


def _buckets(cohort: str, day: date, coins: list[float], market: Market) -> dict[str, object]:
    close = round(market.close(day), 2)
    buckets = []
    for n, held in enumerate(coins):
        supply = round(held, 4)
        if supply > 0:
            cost = (n + 0.5) * STEP
            buckets.append(
                {
                    "price_floor": float(n * STEP), "supply": supply, "realized_cap": round(supply * cost, 2),
                    "unrealized_pnl": round(supply * (close - cost), 2),
                }
            )  # fmt: skip
    return {
        "cohort": cohort, "date": int(f"{day:%Y%m%d}"), "weight": "raw", "aggregation": "lin500", "close": close,
        "total_supply": round(sum(bucket["supply"] for bucket in buckets), 4), "buckets": buckets,
    }  # fmt: skip


def _metrics(market: Market, network: Network, day: date, value: Value) -> dict[str, str]:
    close, random = market.close(day), seeded(f"metrics {day}")
    issued, mined = network.issued(day), network.days[day].blocks
    change = close / market.close(day - DAY) - 1 if day > FIRST.date() else 0.0
    inflow = 24_000 * (0.8 + 0.4 * random.random()) * (1 + 6 * abs(change))
    numbers = {
        "PriceUSD": (close, 2),
        "CapMrktCurUSD": (close * value.coins, 2),
        "CapMVRVCur": (close / value.cost * (1 + 0.003 * (random.random() - 0.5)), 6),
        "HashRate": (network.hashrate(day) * 1e6, 3),  # terahashes
        "FeeTotNtv": (network.days[day].fees, 8),
        "IssTotNtv": (issued, 4),
        "IssTotUSD": (issued * close, 2),
        "SplyCur": (value.coins, 4),
        "FlowInExNtv": (inflow, 4),
        "FlowOutExNtv": (inflow * (0.94 + 0.12 * random.random()), 4),
        "BlkCnt": (mined, 0),
        "AdrActCnt": (700_000 * (0.85 + 0.3 * random.random()), 0),
    }
    completed = midnight(day) + DAY + HOUR / 2
    return (
        {"asset": "btc", "time": f"{day}T00:00:00.000000000Z"}
        | {name: f"{number:.{decimals}f}" for name, (number, decimals) in numbers.items()}
        | {"AssetEODCompletionTime": str(epoch_s(completed))}
    )
