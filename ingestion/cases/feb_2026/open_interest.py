"""Open interest of the case: five-minute coins that make the published relative moves, valued near spot.

Binance's own level of those days is in no publication we may quote, so it is simulated. Pinned are the moves
of another universe (all exchanges, end of day), taken as if this venue had moved alike.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from ingestion.cases.feb_2026.facts import Fact
from ingestion.cases.feb_2026.paths import DAYS, START, bridge, index_of, seeded
from ingestion.cases.feb_2026.prices import price_at
from ingestion.cases.wire import FIVE_MINUTES, Candle, OpenInterest

LEVEL_COINS = 94_000.0  # simulated: at the end of 5 February, where the index below is 1
# Simulated way-points of the index: closing on 30-31 January and in the flush, rebuilding before it.
SHAPE = {
    "2026-01-28T00": 0.975, "2026-01-29T00": 0.982, "2026-01-31T00": 0.955, "2026-02-01T00": 0.900,
    "2026-02-02T00": 0.878, "2026-02-04T00": 0.893, "2026-02-05T08": 0.945, "2026-02-05T17": 0.965,
    "2026-02-05T20": 0.958, "2026-02-05T21": 0.972, "2026-02-06T00:30": 0.955, "2026-02-06T02": 0.945,
    "2026-02-06T09": 0.932, "2026-02-06T16": 0.918, "2026-02-06T18": 0.899, "2026-02-08T00": 0.889,
    "2026-02-09T00": 0.884, "2026-02-10T00": 0.878, "2026-02-12T00": 0.866, "2026-02-13T00": 0.8625,
}  # fmt: skip
NOISE = 0.0006
# Where the day's mean of taker buys over sells is published, for perpetuals of all exchanges.
TAKER = {"2026-02-05": "taker_ratio_0205_cryptoquant", "2026-02-06": "taker_ratio_0206_cryptoquant"}
TAKER_ELSEWHERE = 0.985


def pinned_index(facts: dict[str, Fact], candles: list[Candle]) -> dict[str, float]:
    """Coins at the ends of days as a share of those at the end of 5 February, from the published moves."""

    def growth(fact_id: str) -> float:
        return 1 + facts[fact_id].value / 100

    end_0129 = 1 / growth("oi_coins_0129_0205_cryptoquant")
    # This move is published in USD: the price path says how many coins it was.
    price = {day: price_at(candles, datetime.fromisoformat(day)) for day in ("2026-02-06", "2026-02-11")}
    return {
        "2026-01-30T00": end_0129,
        "2026-02-03T00": end_0129 * growth("oi_coins_0129_0202_cryptoquant"),
        "2026-02-05T00": 1 / growth("oi_coins_0204_0205_cryptoquant"),
        "2026-02-06T00": 1.0,
        "2026-02-07T00": growth("oi_coins_0205_0206_cryptoquant"),
        "2026-02-11T00": growth("oi_value_0205_0210_cryptoquant") * price["2026-02-06"] / price["2026-02-11"],
    }


def open_interest(facts: dict[str, Fact], candles: list[Candle]) -> list[OpenInterest]:
    """Every five minutes of the case, in order."""
    random = seeded("open interest")
    anchors = SHAPE | pinned_index(facts, candles)
    by_step = {index_of(moment, FIVE_MINUTES): value for moment, value in anchors.items()}
    index = bridge(random, by_step, NOISE)
    steps = len(index) - 1
    spot = [price_at(candles, START + step * FIVE_MINUTES) for step in range(steps + 1)]
    takers = _takers(facts, random, spot)
    rows = []
    for step in range(steps):
        end_at = START + (step + 1) * FIVE_MINUTES
        # The mark of the perpetual runs a few basis points under spot; at the end of a day they meet.
        is_day_end = end_at.time() == START.time()
        mark = spot[step + 1] * (1 if is_day_end else 0.9998 - 0.0002 * random.random())
        coins = round(LEVEL_COINS * index[step + 1], 3)
        crowd = 2.3 - 0.8 * spot[step + 1] / spot[0]  # accounts lean long as the price falls
        rows.append(
            OpenInterest(
                period_start_at=end_at - FIVE_MINUTES,
                coins=coins,
                value_quote=round(coins * mark, 8),
                top_accounts=crowd * 1.04,
                top_positions=1.2 + 0.3 * crowd + 0.01 * random.random(),
                accounts=crowd,
                taker_buy_sell=takers[step],
                late_seconds=random.choice((1, 2)) if random.random() < 0.01 else 0,
            )
        )
    return rows


def _takers(facts: dict[str, Fact], random: Random, spot: list[float]) -> list[float]:
    """Taker buys over sells: leaning with the price, with the published mean of a day where there is one."""
    per_day = timedelta(days=1) // FIVE_MINUTES
    ratios: list[float] = []
    for day in range(DAYS):
        lean = []
        for step in range(day * per_day, (day + 1) * per_day):
            move = spot[step + 1] / spot[step] - 1
            lean.append(min(max(25 * move, -0.4), 0.4) + 0.3 * (random.random() - 0.5))
        fact_id = TAKER.get(f"{START + timedelta(days=day):%Y-%m-%d}")
        centre = facts[fact_id].value if fact_id else TAKER_ELSEWHERE
        shift = centre - sum(lean) / len(lean)
        ratios += [round(value + shift, 8) for value in lean]
    return ratios
