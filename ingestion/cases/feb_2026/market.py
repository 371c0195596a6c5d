"""The price over all days of the case, by the hour, as a venue in dollars had it: what everything else follows.

Inside the crash it is the path of prices.py beside a small spread; before and after it runs through way-points
in round numbers. Those are the shape of the two years as anybody remembers it, not a series of anybody's.

It is told in whole dollars: sums and means of them are exact, so that no table depends on the order of its threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingestion.cases.feb_2026.facts import Fact, load
from ingestion.cases.feb_2026.paths import DAYS, START, bridge, seeded
from ingestion.cases.feb_2026.prices import candles, price_at
from ingestion.cases.wire import HOUR, Candle

FIRST, END = datetime(2024, 1, 1), datetime(2026, 3, 11)
CRASH_END = START + timedelta(days=DAYS)
ALL_TIME_HIGH = "2025-10-06T14"  # the day is published, the hour is simulated
SHAPE = {
    "2024-01-01T00": 42_000.0, "2024-01-23T12": 39_500.0, "2024-03-13T12": 72_500.0, "2024-05-01T12": 58_000.0,
    "2024-06-05T12": 71_000.0, "2024-08-05T12": 53_000.0, "2024-09-30T12": 64_000.0, "2024-11-05T00": 68_500.0,
    "2024-12-17T12": 106_000.0, "2025-01-20T12": 103_000.0, "2025-02-28T12": 83_000.0, "2025-04-08T18": 77_000.0,
    "2025-05-22T12": 110_500.0, "2025-06-22T12": 101_000.0, "2025-07-14T12": 120_000.0, "2025-09-01T12": 109_000.0,
    "2025-10-06T14": 125_400.0, "2025-10-17T12": 107_000.0, "2025-11-21T12": 84_000.0, "2026-01-14T12": 96_500.0,
    "2026-02-19T12": 67_000.0, "2026-02-28T12": 66_000.0, "2026-03-11T00": 69_000.0,
}  # fmt: skip
# Steps of the walk by the hour as a share of price; about 2 % a day, as bitcoin had in these years.
NOISE = 0.0070
# Wicks of a second venue fall short of the first's by up to this share.
SHORT_OF = 0.0004
# Coinbase over Binance at the ends of two days as published; the venue in true dollars stands lower when they are
# wanted. A USDT costs a dollar but for a few hundredths of a cent: no break of the peg was reported.
GAPS = {"2026-02-05": "coinbase_premium_0205", "2026-02-06": "coinbase_premium_0206"}
USDT, USDT_NOISE = 0.9994, 0.0003


@dataclass(frozen=True)
class Market:
    """The facts of the case, the candles of its crash (in USDT), and the hours of all its days (in dollars).

    coinbase: its price over Binance's at the ends of the crash's hours, from its beginning on. usdt: dollars for one.
    """

    facts: dict[str, Fact]
    candles: list[Candle]
    coinbase: list[float]
    usdt: list[float]
    hours: list[Candle]

    def price(self, moment: datetime) -> float:
        """The simulated price at a moment, by straight lines inside an hour."""
        if START <= moment <= CRASH_END:
            return price_at(self.candles, moment)
        hour = min((moment - FIRST) // HOUR, len(self.hours) - 1)
        candle = self.hours[hour]
        return candle.open + (candle.close - candle.open) * ((moment - candle.start_at) / HOUR)

    def close(self, day: date) -> float:
        """The price at the end of a UTC day."""
        return self.price(datetime(day.year, day.month, day.day) + timedelta(days=1))


def market() -> Market:
    """The case's market; takes a tenth of a second."""
    facts = load()
    crash = candles(facts)
    coinbase, usdt = _gaps(facts, crash), _usdt(len(crash) + 1)
    return Market(facts, crash, coinbase, usdt, _hours(facts, crash, coinbase, usdt))


def _gaps(facts: dict[str, Fact], crash: list[Candle]) -> list[float]:
    anchors = {0: -0.0004, len(crash): -0.0002}
    for number, candle in enumerate(crash, start=1):
        fact_id = GAPS.get(f"{candle.start_at:%Y-%m-%d}") if candle.start_at.hour == 23 else None
        if fact_id:
            anchors[number] = facts[fact_id].value / 100
    return [1 + gap for gap in bridge(seeded("coinbase"), anchors, 0.3)]


def _usdt(count: int) -> list[float]:
    random = seeded("usdt")
    return [round(USDT + USDT_NOISE * (2 * random.random() - 1), 5) for _ in range(count)]


def _hours(facts: dict[str, Fact], crash: list[Candle], coinbase: list[float], usdt: list[float]) -> list[Candle]:
    random = seeded("hours of all days")
    anchors = {(datetime.fromisoformat(hour) - FIRST) // HOUR: price for hour, price in SHAPE.items()}
    first, last = (START - FIRST) // HOUR, (CRASH_END - FIRST) // HOUR
    anchors |= {first: crash[0].open, last: crash[-1].close}
    levels = bridge(random, anchors, NOISE)
    # Between the two other venues, so that it is the median of the three.
    for number, candle in enumerate(crash, start=1):
        levels[first + number] = candle.close * (coinbase[number] + usdt[number]) / 2
    highest = facts["price_ath_20251006"].value
    levels = [float(round(min(level, 0.999 * highest))) for level in levels]
    made = []
    for number in range(len(levels) - 1):
        start_at, start, end = FIRST + number * HOUR, levels[number], levels[number + 1]
        if first <= number < last:
            model = crash[number - first]
            high = model.high * (1 - SHORT_OF * random.random())
            low = model.low * (1 + SHORT_OF * random.random())
        else:
            high = min(max(start, end) * (1 + 0.004 * random.random()), 0.9995 * highest)
            low = min(start, end) * (1 - 0.004 * random.random())
        if start_at == datetime.fromisoformat(ALL_TIME_HIGH):
            high = highest
        high, low = float(round(max(high, start, end))), float(round(min(low, start, end)))
        volume = round(256 * (60 + 14_000 * (high - low) / start) * (0.7 + 0.6 * random.random())) / 256
        made.append(Candle(start_at, start, high, low, end, volume, 0.0, 0, 0.0, 0.0))
    return made
