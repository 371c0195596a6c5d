"""The price of the case: hourly candles that meet every pinned fact, simulated between them.

Facts come from facts.py, the walk between them from paths.py, the formats of the wire from wire.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from ingestion.cases.feb_2026.facts import Fact
from ingestion.cases.feb_2026.paths import DAYS, START, bridge, index_of, seeded
from ingestion.cases.wire import HOUR, Candle

# Composites and prints of unnamed venues are taken as if Binance's USDT pair had stood there: this path is a
# stand-in for one venue, not a measurement of it.
OPEN = {"2026-02-05T00": "price_open_0205_article"}
AT = {
    "2026-02-06T14": "price_at_0206_14z_yahoo",
    "2026-02-06T19": "price_close_0206_18z_yahoo",
    "2026-02-06T21": "price_at_0206_21z_yahoo",
    "2026-02-06T22": "price_at_0206_22z_yahoo",
} | {
    f"{START + timedelta(days=n + 1):%Y-%m-%dT%H}": f"price_close_{START + timedelta(days=n):%m%d}" for n in range(DAYS)
}
HIGH = {
    "2026-02-05T01": "price_high_0205_01z_cryptoquant",
    "2026-02-06T16": "price_high_0206_16z_yahoo",
    "2026-02-06T17": "price_high_0206_17z_yahoo",
    "2026-02-06T22": "price_high_0206_22z_yahoo",
    "2026-02-06T23": "price_high_0206_23z_yahoo",
}
LOW = {
    "2026-02-05T20": "price_low_0205_20z_yahoo",
    "2026-02-06T00": "price_low_0206_article",
    "2026-02-06T18": "price_low_0206_18z_yahoo",
}
# What the facts say of the hours around them: nothing simulated goes beyond (from, until, fact).
FLOORS = (
    ("2026-02-05T00", "2026-02-05T20", "price_level_63000_article"),
    ("2026-02-05T20", "2026-02-06T00", "price_low_0205_20z_yahoo"),
    ("2026-02-06T00", "2026-02-07T00", "price_low_0206_article"),
)
CEILINGS = (
    ("2026-02-05T00", "2026-02-06T00", "price_high_0205_01z_cryptoquant"),
    ("2026-02-06T00", "2026-02-06T16", "price_level_70000_article"),
    ("2026-02-06T16", "2026-02-06T22", "price_high_0206_17z_yahoo"),
    ("2026-02-06T22", "2026-02-07T00", "price_high_0206_23z_yahoo"),
)
# Simulated way-points: the shape of the days as the press told it, without a figure for the hour.
SHAPE = {
    "2026-01-28T00": 89_250.0, "2026-01-29T14": 87_900.0, "2026-01-29T18": 84_100.0,
    "2026-01-31T12": 82_600.0, "2026-01-31T18": 77_900.0, "2026-02-02T04": 75_000.0,
    "2026-02-03T19": 73_900.0, "2026-02-04T18": 72_900.0, "2026-02-05T02": 72_950.0,
    "2026-02-05T07": 71_200.0, "2026-02-05T12": 70_300.0, "2026-02-05T15": 69_000.0,
    "2026-02-05T18": 66_400.0, "2026-02-05T20": 63_900.0, "2026-02-05T21": 63_200.0,
    "2026-02-05T23": 64_300.0, "2026-02-06T01": 62_600.0, "2026-02-06T04": 64_800.0,
    "2026-02-06T09": 65_900.0, "2026-02-06T16": 69_100.0, "2026-02-06T17": 69_900.0,
    "2026-02-06T18": 70_600.0, "2026-02-06T23": 70_900.0,
}  # fmt: skip
# Hourly noise as a share of price; calm days move less between their anchors than the two of the crash.
NOISE, CRASH_NOISE = 0.0035, 0.0050
CRASH = (datetime(2026, 2, 5), datetime(2026, 2, 7))


def candles(facts: dict[str, Fact]) -> list[Candle]:
    """Every hour of the case, in order."""
    random = seeded("prices")
    floors, ceilings = _limits(facts)
    levels = _levels(facts, random, floors, ceilings)
    opens, highs, lows = (_pins(facts, fact_ids) for fact_ids in (OPEN, HIGH, LOW))
    made = []
    for hour in range(DAYS * 24):
        start_at = START + hour * HOUR
        first, last = opens.get(hour, levels[hour]), levels[hour + 1]
        noise = _noise(start_at) * first
        # Short of a limit rather than on it: the pinned hour alone holds the extreme.
        high = min(max(first, last) + noise * random.random(), ceilings.get(hour, 2 * first) - 0.1 * noise)
        low = max(min(first, last) - noise * random.random(), floors.get(hour, 0.0) + 0.1 * noise)
        high, low = max(high, first, last), min(low, first, last)
        high, low = highs.get(hour, round(high, 2)), lows.get(hour, round(low, 2))
        if not low <= min(first, last) <= max(first, last) <= high:
            raise ValueError(f"{start_at}: open {first}, high {high}, low {low} and close {last} contradict")
        made.append(_with_volume(random, start_at, first, high, low, last))
    return made


def price_at(made: list[Candle], moment: datetime) -> float:
    """The simulated price inside an hour: open, nearer extreme, other extreme, close, by straight lines."""
    hour = min((moment - START) // HOUR, len(made) - 1)
    c = made[hour]
    corners = (c.open, c.low, c.high, c.close) if c.close >= c.open else (c.open, c.high, c.low, c.close)
    minutes = (moment - c.start_at) / timedelta(minutes=1)
    leg = min(int(minutes // 20), 2)
    return corners[leg] + (corners[leg + 1] - corners[leg]) * (minutes - 20 * leg) / 20


def _levels(
    facts: dict[str, Fact], random: Random, floors: dict[int, float], ceilings: dict[int, float]
) -> list[float]:
    """The price at every full hour, the end of the case included: each ends one candle and opens the next."""
    pinned = _pins(facts, AT)
    path = bridge(random, {index_of(hour, HOUR): price for hour, price in SHAPE.items()} | pinned, NOISE)
    for hour, level in enumerate(path):
        if hour not in pinned:
            floor = max(floors.get(hour - 1, 0.0), floors.get(hour, 0.0))
            ceiling = min(ceilings.get(hour - 1, level), ceilings.get(hour, level))
            path[hour] = round(max(min(level, ceiling), floor), 2)
    return path


def _pins(facts: dict[str, Fact], fact_ids: dict[str, str]) -> dict[int, float]:
    return {index_of(hour, HOUR): facts[fact_id].value for hour, fact_id in fact_ids.items()}


def _limits(facts: dict[str, Fact]) -> tuple[dict[int, float], dict[int, float]]:
    def by_hour(limits: tuple[tuple[str, str, str], ...]) -> dict[int, float]:
        return {
            hour: facts[fact_id].value
            for start, end, fact_id in limits
            for hour in range(index_of(start, HOUR), index_of(end, HOUR))
        }

    return by_hour(FLOORS), by_hour(CEILINGS)


def _noise(moment: datetime) -> float:
    return CRASH_NOISE if CRASH[0] <= moment < CRASH[1] else NOISE


def _with_volume(random: Random, start_at: datetime, first: float, high: float, low: float, last: float) -> Candle:
    """Volume grows with the range of the hour; takers lean the way the price went."""
    volume = round((350 + 130_000 * (high - low) / first) * (0.8 + 0.4 * random.random()), 5)
    lean = min(max(1.5 * (last / first - 1), -0.07), 0.07)
    taker = round(volume * (0.495 + lean + 0.02 * (random.random() - 0.5)), 5)
    mean = (first + high + low + last) / 4
    return Candle(
        start_at=start_at,
        open=first,
        high=high,
        low=low,
        close=last,
        volume_coins=volume,
        volume_quote=round(volume * mean, 7),
        trades=int(volume * (90 + 40 * random.random())),
        taker_buy_coins=taker,
        taker_buy_quote=round(taker * mean, 7),
    )
