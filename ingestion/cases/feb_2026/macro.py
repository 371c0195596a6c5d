"""Other markets by session: indices, metals, the dollar index, volatility, and funds.

The closes that AP, Reuters, FRED and a TradingView export have of 5-6 February are met; the sessions between are walks
that move with bitcoin's return between New York's closes, as they did in these years, so that betas and correlations
exist and mean nothing. The semiconductor index is published by the article alone and was not taken from it.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import NamedTuple

from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.paths import seeded
from ingestion.cases.feb_2026.sessions import SESSIONS
from ingestion.cases.feb_2026.times import new_york

CRASH = (date(2026, 2, 5), date(2026, 2, 6))


class Walk(NamedTuple):
    """One series: way-points in round numbers, what a percent of bitcoin moves it, other noise, decimals."""

    shape: dict[str, float]
    beta: float
    noise: float
    decimals: int = 2
    facts: tuple[str, ...] = ()  # closes of 5 and 6 February
    family: str = "alone"
    shared: float = 0.0  # how much of the noise is its family's: indices of one country move together, and yields do


# Silver's future follows the spot prices of the press copies (-19.1 % on the 5th, 77.33 on the 6th), gold's the
# printed +1.8 %.
WALKS = {
    "^GSPC": Walk(
        {"2024-01-02": 4_750, "2025-02-19": 6_140, "2025-04-08": 4_980, "2025-10-06": 6_740, "2026-01-27": 6_960,
         "2026-03-10": 6_850}, 0.12, 0.007, 2, ("spx_close_0205", "spx_close_0206"),
        "stocks", 0.97,
    ),
    "^IXIC": Walk(
        {"2024-01-02": 14_800, "2025-02-19": 20_050, "2025-04-08": 15_270, "2025-10-06": 22_940,
         "2026-01-27": 23_700, "2026-03-10": 22_800}, 0.16, 0.009, 2, ("nasdaq_close_0205", "nasdaq_close_0206"),
        "stocks", 0.94,
    ),
    "^DJI": Walk(
        {"2024-01-02": 37_700, "2025-02-19": 44_600, "2025-04-08": 37_650, "2025-10-06": 46_700,
         "2026-01-27": 49_100, "2026-03-10": 49_600}, 0.08, 0.006, 2, ("dow_close_0205", "dow_close_0206"),
        "stocks", 0.93,
    ),
    "^SOX": Walk(
        {"2024-01-02": 4_000, "2024-07-10": 5_900, "2025-04-08": 3_600, "2025-10-06": 6_600, "2026-01-27": 7_900,
         "2026-03-10": 7_800}, 0.22, 0.016, family="stocks", shared=0.85,
    ),
    "GC=F": Walk(
        {"2024-01-02": 2_070, "2024-10-30": 2_790, "2025-04-21": 3_420, "2025-10-20": 4_350, "2026-01-28": 5_300,
         "2026-02-02": 4_650, "2026-02-05": 4_891.7, "2026-03-10": 5_100}, 0.03, 0.009, 1, ("", "gold_future_0206"),
    ),
    "SI=F": Walk(
        {"2024-01-02": 24, "2024-10-22": 34, "2025-06-30": 36, "2025-10-16": 53, "2026-01-28": 112,
         "2026-02-02": 79, "2026-02-04": 88, "2026-02-05": 71.2, "2026-02-06": 77.33, "2026-03-10": 84},
        0.08, 0.018, 3,
    ),
    "DX-Y.NYB": Walk(
        {"2024-01-02": 102.2, "2025-01-13": 109.9, "2025-07-01": 96.8, "2026-01-27": 96.2, "2026-02-03": 97.46,
         "2026-03-10": 98.5}, -0.02, 0.003, 3, ("dxy_close_0205", "dxy_close_0206"),
    ),
    "^VIX": Walk(
        {"2024-01-02": 13.2, "2024-07-31": 16.4, "2024-08-05": 38.6, "2024-08-20": 15.9, "2025-03-31": 22.0,
         "2025-04-08": 52.0, "2025-05-15": 17.8, "2025-11-20": 26.4, "2026-01-27": 16.4, "2026-03-10": 19.0},
        -0.6, 0.045, 2, ("vix_0205", "vix_0206"), "stocks", -0.8,
    ),
}  # fmt: skip
# Funds stand at a share of the series they hold; GLD and SLV at the spot price of the press where there is one.
FUNDS = {
    "SPY": ("^GSPC", 0.0997), "QQQ": ("^IXIC", 0.02647), "SMH": ("^SOX", 0.0493), "GLD": ("GC=F", 0.0913),
    "SLV": ("SI=F", 0.905),
}  # fmt: skip


def all_closes(market: Market) -> dict[str, dict[date, float]]:
    """Every symbol's closes by session."""
    closes = {symbol: walked(market, symbol, walk) for symbol, walk in WALKS.items()}
    for fund, (held, share) in FUNDS.items():
        random = seeded(f"tracking {fund}")
        closes[fund] = {
            day: round(close * share * (1 + 0.0006 * (random.random() - 0.5)), 2) for day, close in closes[held].items()
        }
    return closes


def walked(market: Market, name: str, walk: Walk) -> dict[date, float]:
    """Closes through way-points and facts, between them bitcoin's return times beta and noise, tied at both ends."""
    random, family = seeded(f"macro {name}"), seeded(f"macro {walk.family}")
    own = (1 - walk.shared**2) ** 0.5
    pins = {date.fromisoformat(day): value for day, value in walk.shape.items()}
    pins |= {day: market.facts[fact_id].value for day, fact_id in zip(CRASH, walk.facts, strict=False) if fact_id}
    free = [1.0]
    for before, day in pairwise(SESSIONS):
        bitcoin = market.price(new_york(day, 16)) / market.price(new_york(before, 16)) - 1
        drawn = walk.shared * (2 * family.random() - 1) + own * (2 * random.random() - 1)
        # Uniform noise of this standard deviation is 1.73 times as wide.
        free.append(free[-1] * (1 + walk.beta * bitcoin + 1.73 * walk.noise * drawn))
    level = dict(zip(SESSIONS, free, strict=True))
    anchors = sorted(pins)
    closes = {}
    for first, last in pairwise(anchors):
        between = [day for day in SESSIONS if first <= day <= last]
        begin, end = pins[first] / level[first], pins[last] / level[last]
        for number, day in enumerate(between):
            factor = begin + (end - begin) * number / (len(between) - 1)
            closes[day] = round(level[day] * factor, walk.decimals)
    return closes | {day: round(value, walk.decimals) for day, value in pins.items()}
