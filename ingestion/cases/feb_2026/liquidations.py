"""Liquidations of the case: by venue and day as Coinalyze tells them, and one by one as Bitfinex does.

Published are CryptoQuant's sums over all exchanges for 5 and 6 February; they are split over the venues to the dollar.
CoinGlass's figures are of rolling hours, of all coins, or the article's own, so no series was made from them. Other
days follow the day's return: longs are closed in falls, shorts in rises. Bitfinex's events are simulated throughout.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.paths import seeded
from ingestion.cases.feb_2026.times import BACKFILL, DAY, days_of, epoch_ms, epoch_s, midnight
from ingestion.questions import parameters
from ingestion.request import Request

SHARES = {
    "BTCUSDT_PERP.A": 0.33, "BTCUSD_PERP.A": 0.05, "BTCUSDT.6": 0.27, "BTCUSD.6": 0.03, "BTCUSDT_PERP.3": 0.12,
    "BTCUSD_PERP.3": 0.02, "BTC-PERPETUAL.2": 0.03, "BTC.H": 0.09, "BTC_USDT.Y": 0.05, "BTCUSD_PERP.0": 0.01,
}  # fmt: skip
QUIET, LONGS_PER_FALL, SHORTS_PER_RISE = 18e6, 4.6e9, 2.4e9

# Events begin some days before the crash, so that it can be told what is much.
EVENTS_FROM, QUARTER = datetime(2026, 1, 20), timedelta(minutes=15)
QUARTERS = 24 * 96


def answers(market: Market) -> dict[str, Told]:
    def page(request: Request, _: datetime) -> bytes:
        history: dict[str, list[dict[str, float]]] = {symbol: [] for symbol in SHARES}
        for day in days_of(request):
            parts = [_by_venue(total, f"{side} {day}") for side, total in totals(market, day).items()]
            for symbol, long, short in zip(SHARES, *parts, strict=True):
                history[symbol].append({"t": epoch_s(midnight(day)), "l": long, "s": short})
        return json.dumps([{"symbol": symbol, "history": days} for symbol, days in history.items()]).encode()

    told = events(market)

    def event_page(request: Request, _: datetime) -> bytes:
        asked = parameters(request.url)
        first, last = int(asked["start"]), int(asked["end"])
        found = [[event] for event in told if first <= event[2] <= last]
        return json.dumps(found[: int(asked["limit"])]).encode()

    return {"bitfinex/liquidations": Told(BACKFILL, event_page), "coinalyze/liquidations_1d": Told(BACKFILL, page)}


def totals(market: Market, day: date) -> dict[str, float]:
    """Dollars of a UTC day over all venues, longs and shorts."""
    change = market.close(day) / market.close(day - DAY) - 1 if day > date(2024, 1, 1) else 0.0
    random = seeded(f"liquidations {day}")
    noise = 0.7 + 0.6 * random.random()
    simulated = {
        "long": (QUIET + LONGS_PER_FALL * max(-change, 0.0)) * noise,
        "short": (QUIET + SHORTS_PER_RISE * max(change, 0.0)) * noise,
    }
    facts = {side: market.facts.get(f"liq_{side}_{day:%m%d}_cryptoquant") for side in simulated}
    is_of_2026 = day.year == 2026
    return {side: fact.value if is_of_2026 and (fact := facts[side]) else usd for side, usd in simulated.items()}


def events(market: Market) -> list[list[Any]]:
    """Bitfinex's positions closed by force, each told when it was triggered and when it was carried out.

    Some every quarter of an hour, more and larger ones the further the price has moved in it.
    """
    random = seeded("bitfinex")
    told: list[list[Any]] = []
    for quarter in range(QUARTERS):
        at = EVENTS_FROM + quarter * QUARTER
        move = market.price(at + QUARTER) / market.price(at) - 1
        for _ in range(int(random.random() * (2 + 60_000 * move * move))):
            # Against the move a tenth is closed: stops stand on both sides.
            side = (1 if move < 0 else -1) * (-1 if random.random() < 0.1 else 1)
            moment = at + timedelta(seconds=random.randrange(840))
            price = market.price(moment)
            # In 64ths of a coin at whole dollars: sums of such products are exact in whatever order.
            size = side * (1 + round(64 * random.random() * (0.4 + 60_000 * move * move))) / 64
            entry = round(price * (1 + side * (0.01 + 0.08 * random.random())), 1)
            number = 188_000_000 + len(told)
            for stage, late in ((0, 0), (1, 1 + random.randrange(20))):
                stamp = epoch_ms(moment) + 1000 * late + random.randrange(1000)
                cells = [None, "tBTCF0:USTF0", size, entry, None, stage, 1, None, round(price)]
                told.append(["pos", number, stamp, *cells])
    return sorted(told, key=lambda event: (event[2], event[1], event[8]))


def _by_venue(total: float, what: str) -> list[float]:
    """In whole dollars, so that the parts are the sum; the largest venue takes what rounding leaves."""
    random = seeded(f"venues {what}")
    weights = [share * (0.85 + 0.3 * random.random()) for share in SHARES.values()]
    parts = [int(total * weight / sum(weights)) for weight in weights]
    parts[0] += round(total) - sum(parts)
    return [float(part) for part in parts]
