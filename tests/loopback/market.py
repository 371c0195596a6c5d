"""A synthetic market for any date: what the loopback exchange's hosts would know at a moment.

Every value is a function of its own date, so that windows can be asked in any order. No figure is real.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import ceil, log2, pi, sin
from random import Random

from ingestion.cases.wire import FIVE_MINUTES, HOUR, Candle, FlowSession, OpenInterest, Retarget

FILES_AFTER, FLOWS_AFTER = timedelta(days=1, hours=8), timedelta(days=1, hours=12)
FUNDS_SINCE = date(2024, 1, 11)
EPOCH_ANCHOR, ANCHOR_HEIGHT = datetime(2026, 1, 22), 933_408
_ZERO = datetime(2020, 1, 1)


def candles(day: date) -> list[Candle]:
    """The 24 spot candles of a UTC day; each opens where the one before it closed."""
    made = []
    for hour in range(24):
        start = datetime.combine(day, time(hour))
        noise = Random(f"candle {start}")
        first, last = round(price(start), 2), round(price(start + HOUR), 2)
        high = round(max(first, last) * (1 + 0.002 * noise.random()), 2)
        low = round(min(first, last) * (1 - 0.002 * noise.random()), 2)
        volume = round(800 + 700 * noise.random(), 5)
        taker = round(volume * (0.45 + 0.1 * noise.random()), 5)
        mean = (first + high + low + last) / 4
        made.append(Candle(start, first, high, low, last, volume, volume * mean, int(90 * volume), taker, taker * mean))
    return made


def open_interest(day: date) -> list[OpenInterest]:
    """The 288 readings of a UTC day, a few of them stamped late."""
    rows = []
    for step in range(288):
        start = datetime.combine(day, time()) + step * FIVE_MINUTES
        end = start + FIVE_MINUTES
        noise = Random(f"interest {start}")
        coins = round(95_000 + 6_000 * sin(2 * pi * _days(end) / 17) + 40 * noise.random(), 3)
        late = 1 + step % 2 if noise.random() < 0.02 else 0
        rows.append(
            OpenInterest(start, coins, coins * price(end) * 0.9998, 1.6, 1.4, 1.7, 0.7 + 0.6 * noise.random(), late)
        )
    return rows


def flow_sessions(now: datetime) -> list[FlowSession]:
    """Every session whose total is out, oldest first."""
    cumulative, listed = 0.0, []
    for number in range((now.date() - FUNDS_SINCE).days):
        day = FUNDS_SINCE + timedelta(days=number)
        if is_session(day) and datetime.combine(day, time()) + FLOWS_AFTER <= now:
            flow, traded = _flow(day)
            cumulative += flow
            listed.append(FlowSession(day, flow, traded, 90e9 + cumulative, cumulative))
    return listed


def retargets(now: datetime) -> list[Retarget]:
    """Some thirty retargets, oldest first, the last of them before `now`."""
    newest = int(_epochs(now)) + 1
    made = [_retarget(number) for number in range(newest - 30, newest + 1)]
    return [retarget for retarget in made if retarget.at <= now]


def price(moment: datetime) -> float:
    """USDT per bitcoin."""
    days = _days(moment)
    swing = 12_000 * sin(2 * pi * days / 83) + 3_000 * sin(2 * pi * days / 9.7)
    return 80_000 + swing + 500 * sin(2 * pi * days / 0.61)


@lru_cache(maxsize=4096)
def is_session(day: date) -> bool:
    """Whether the New York exchange opens, by its standing rules for holidays."""
    if day.weekday() >= 5 or day == date(2025, 1, 9):  # a day of mourning
        return False
    fixed = [date(day.year, 6, 19), date(day.year, 7, 4), date(day.year, 12, 25)]
    if date(day.year, 1, 1).weekday() != 5:  # on a Saturday it is not made up for
        fixed.append(date(day.year, 1, 1))
    observed = {d - timedelta(days=1) if d.weekday() == 5 else d + timedelta(days=d.weekday() == 6) for d in fixed}
    floating = {(1, 2), (2, 2)}  # third Mondays
    if day.weekday() == 0 and (day.month, (day.day - 1) // 7) in floating | {(9, 0)}:
        return False
    if day.weekday() == 0 and day.month == 5 and day.day > 24:
        return False
    if day.weekday() == 3 and day.month == 11 and (day.day - 1) // 7 == 3:
        return False
    return day not in observed and day != _easter(day.year) - timedelta(days=2)


def _easter(year: int) -> date:
    """Easter Sunday by Gauss's rule for the years 1900 to 2099."""
    a, b, c = year % 19, year % 4, year % 7
    d = (19 * a + 24) % 30
    e = (2 * b + 4 * c + 6 * d + 5) % 7
    after = 22 + d + e
    if e == 6 and (d == 29 or (d == 28 and a > 10)):
        after -= 7
    return date(year, 3, 1) + timedelta(days=after - 1)


@lru_cache(maxsize=4096)
def _flow(day: date) -> tuple[float, float]:
    noise = Random(f"flow {day}")
    return float(noise.randrange(-600, 650) * 1_000_000), float(noise.randrange(2_000, 6_000) * 1_000_000)


def _retarget(number: int) -> Retarget:
    at = EPOCH_ANCHOR + timedelta(days=14 * number, seconds=Random(f"epoch {number}").randrange(-30_000, 30_000))
    difficulty, before = (_of_a_header(1.3e14 * (1 + 0.08 * sin(1.7 * n))) for n in (number, number - 1))
    return Retarget(at, ANCHOR_HEIGHT + 2016 * number, difficulty, round(difficulty / before, 4))


def _of_a_header(difficulty: float) -> float:
    """The nearest difficulty that 23 bits of a target can say."""
    target = 65535 / difficulty
    scale = 256.0 ** (ceil((23 - log2(target)) / 8) - 1)
    return 65535 * scale / round(target * scale)


def _epochs(moment: datetime) -> float:
    return (moment - EPOCH_ANCHOR) / timedelta(days=14)


def _days(moment: datetime) -> float:
    return (moment - _ZERO) / timedelta(days=1)
