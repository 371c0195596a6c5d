"""Options of the case: the volatility index by day, and states of Deribit's chain through the crash.

Published are the index's closes and one high, Glassnode's skew of 8 February, and the open interest of the 27 February
expiry as the press had it on 18-19 February. The smiles and what stands open elsewhere are simulated: one level, one
slope and one curvature for all expiries of a moment. The article's figures of skew and strikes were not used.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from math import erf, exp, log, sqrt

from ingestion.cases.answers import Told
from ingestion.cases.feb_2026.market import Market
from ingestion.cases.feb_2026.paths import bridge, seeded
from ingestion.cases.feb_2026.times import BACKFILL, DAY, daily, days_of, epoch_ms, midnight
from ingestion.request import Request

# Daily states at the close of New York; more of them on the two days; one when the press counted the expiry.
COUNTED = datetime(2026, 2, 19, 12)
ASKED = tuple(
    sorted(
        [
            *daily("2026-01-28", "2026-02-10", 21),
            *(datetime(2026, 2, 5, hour) for hour in (9, 15)),
            *(datetime(2026, 2, 6, hour, minute) for hour, minute in ((0, 20), (6, 0), (15, 0))),
            COUNTED,
        ]
    )
)
EXPIRIES = tuple(
    date.fromisoformat(day)
    for day in (
        "2026-01-30", "2026-02-06", "2026-02-13", "2026-02-20", "2026-02-27", "2026-03-27", "2026-04-24",
        "2026-06-26", "2026-09-25", "2026-12-25",
    )
)  # fmt: skip
COUNTED_EXPIRY = date(2026, 2, 27)
# Where the press's dollars of 18-19 February are turned into coins: the case's own price of that noon.
COUNTED_PRICE = 67_000.0
STRIKES = tuple(
    sorted({*range(40_000, 100_000, 5_000), *range(58_000, 78_000, 2_000), *range(100_000, 130_000, 10_000)})
)
# The index's day ends as published; before the first and after the last close it is simulated. DVOL weighs the
# whole smile, so it stands above the volatility at the money by this share.
DVOL_SHAPE = {
    "2024-01-01": 68.0, "2024-03-12": 78.0, "2024-06-30": 48.0, "2024-08-05": 75.0, "2024-11-05": 62.0,
    "2025-01-20": 60.0, "2025-04-07": 60.0, "2025-06-30": 38.0, "2025-10-10": 47.0, "2025-11-21": 57.0,
    "2026-01-27": 38.0, "2026-02-12": 54.0, "2026-03-10": 50.0,
}  # fmt: skip
INDEX_OVER_MONEY = 1.075
# Way-points of the smile, simulated but for Glassnode's: put over call at 25 delta as a share of the money.
SKEW = {
    "2026-01-28T00": 0.09, "2026-02-02T00": 0.13, "2026-02-04T21": 0.16, "2026-02-06T00": 0.30,
    "2026-02-06T21": 0.24, "2026-02-11T00": 0.15, "2026-03-11T00": 0.11,
}  # fmt: skip
GLASSNODE_AT = "2026-02-08T12"
# The index inside 5 and 6 February, by the hour: rising to its published high, then down to the close.
DVOL_INSIDE = {"2026-02-05T09": 57.0, "2026-02-05T15": 66.0, "2026-02-06T06": 76.0, "2026-02-06T15": 65.0}
YEAR = 365 * DAY
# Not by strftime, whose names follow the machine's language.
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
# How many standard deviations out 25 delta lies, about.
QUARTER_DELTA = 0.6745
TICK, COARSE_TICK, COARSE_FROM = 0.0001, 0.0005, 0.005


def answers(market: Market) -> dict[str, Told]:
    closes = _closes(market)

    def index_page(request: Request, _: datetime) -> bytes:
        rows = [_index_day(market, closes, day) for day in days_of(request) if day in closes]
        return _result({"data": rows, "continuation": None}, epoch_ms(BACKFILL[0]))

    def chain_page(_: Request, asked_at: datetime) -> bytes:
        stamp = epoch_ms(asked_at) + 40
        return _result(chain(market, closes, asked_at, stamp), stamp)

    return {
        "deribit_options/volatility_index_1d": Told(BACKFILL, index_page),
        "deribit_options/book_summary": Told(ASKED, chain_page),
    }


def chain(market: Market, closes: dict[date, float], moment: datetime, stamp: int) -> list[dict[str, object]]:
    """Every option's state at a moment, as the venue's summary has it."""
    spot = market.price(moment)
    rows: list[dict[str, object]] = []
    for expiry in EXPIRIES:
        years = (midnight(expiry) + timedelta(hours=8) - moment) / YEAR
        # What is a day from its end is quoted on the hour alone.
        if years < 1 / 365:
            continue
        forward = round(spot * (1 + 0.045 * years), 2)
        money, skew = _money(closes, moment, years), _at(_skews(market), moment)
        for strike in STRIKES:
            iv = _smile(money, skew, log(strike / forward) / (money / 100 * sqrt(years)))
            for side in "PC":
                rows.append(_row(moment, stamp, expiry, strike, side, years, forward, spot, iv))
    return rows


def open_interest(moment: datetime, expiry: date, strike: int, side: str) -> float:
    """Contracts of one coin. Of the counted expiry as published on 18-19 February, a little less before."""
    shares = _shares(expiry, side)
    if expiry == COUNTED_EXPIRY:
        total = {"C": 63_547.0, "P": 45_914.0}[side]
        # Positions grew into the expiry; in the crash puts were added faster than calls.
        days = max((COUNTED - moment) / DAY, 0.0)
        return round(total * shares[strike] * (1 - (0.010 if side == "C" else 0.014) * days), 1)
    size = {True: 26_000.0, False: 9_000.0}[expiry.month % 3 == 0 or expiry.day > 23]
    return round(size * shares[strike] * (1 if side == "C" else 0.75), 1)


def _shares(expiry: date, side: str) -> dict[int, float]:
    """Each strike's share: round ones attract, calls stand above the money of January and puts below.

    Of the counted expiry two are published in dollars, turned into coins at the price of the day of counting.
    """
    random = seeded(f"open interest {expiry} {side}")
    centre, weights = (88_000, {}) if side == "C" else (72_000, {})
    for strike in STRIKES:
        distance = (strike - centre) / 18_000
        weights[strike] = (2.0 if strike % 10_000 == 0 else 1.0) * (0.6 + 0.8 * random.random()) / (1 + distance**4)
    total = sum(weights.values())
    shares = {strike: weight / total for strike, weight in weights.items()}
    if expiry != COUNTED_EXPIRY:
        return shares
    counted = {"C": (75_000, 566e6, 63_547.0), "P": (40_000, 490e6, 45_914.0)}[side]
    return _with_share(shares, counted[0], counted[1] / COUNTED_PRICE / counted[2])


def _with_share(shares: dict[int, float], strike: int, share: float) -> dict[int, float]:
    """One strike given its share, the others the rest in proportion."""
    rest = (1 - share) / (1 - shares.get(strike, 0.0))
    return {each: share if each == strike else value * rest for each, value in (shares | {strike: share}).items()}


def _row(
    moment: datetime, stamp: int, expiry: date, strike: int, side: str,
    years: float, forward: float, spot: float, iv: float,
) -> dict[str, object]:  # fmt: skip
    future = f"BTC-{expiry.day}{MONTHS[expiry.month - 1]}{expiry.year % 100}"
    name = f"{future}-{strike}-{side}"
    random = seeded(f"{name} {moment}")
    mark = max(black76(forward, strike, iv / 100, years, side) / forward, 0.0)
    tick = TICK if mark < COARSE_FROM else COARSE_TICK
    half = max(0.018 * mark * (0.7 + 0.6 * random.random()), 0.6 * tick)
    bid, ask = int((mark - half) / tick) * tick, (int((mark + half) / tick) + 1) * tick
    return {
        "instrument_name": name,
        "base_currency": "BTC",
        "quote_currency": "BTC",
        "creation_timestamp": stamp,
        "mark_iv": round(iv, 2),
        "mark_price": round(mark, 4),
        "bid_price": round(bid, 4) if bid > tick / 2 else None,
        "ask_price": round(ask, 4),
        "last": round(mark, 4),
        "open_interest": open_interest(moment, expiry, strike, side),
        "volume": round(40 * random.random(), 1),
        "underlying_index": future,
        "underlying_price": forward,
        "estimated_delivery_price": round(spot, 2),
    }


def black76(forward: float, strike: float, sigma: float, years: float, side: str) -> float:
    """Price of an option on a forward in its currency, undiscounted. Rounded to four decimals of a coin later."""
    spread = sigma * sqrt(years)
    d1 = log(forward / strike) / spread + spread / 2
    call = forward * _normal(d1) - strike * _normal(d1 - spread)
    return call if side == "C" else call - forward + strike


def _normal(x: float) -> float:
    return (1 + erf(x / sqrt(2))) / 2


def _smile(money: float, skew: float, moneyness: float) -> float:
    """Percent at a standardised distance from the forward. fades outwards and the curve goes on, so wings rise.

    money: at the forward, in percent. skew: put over call at 25 delta as a share of it.
    """
    fading = (1 + 0.1 * QUARTER_DELTA * QUARTER_DELTA) / (1 + 0.1 * moneyness * moneyness)
    slope = -skew / (2 * QUARTER_DELTA) * moneyness * fading
    return money * (1 + slope + 0.045 * moneyness * moneyness / (1 + 0.12 * abs(moneyness)))


def _money(closes: dict[date, float], moment: datetime, years: float) -> float:
    """Volatility at the money for a term: what is above the calm level fades with the term, so stress inverts it."""
    month = dvol(closes, moment) / INDEX_OVER_MONEY
    calm = 42.0
    return calm + (month - calm) * (exp(-2.2 * (years - 30 / 365)) if month > calm else 1.0) + 4 * (years - 30 / 365)


def dvol(closes: dict[date, float], moment: datetime) -> float:
    """The index at a moment: by straight lines through its day ends and the way-points of the two days."""
    points = {midnight(day) + DAY: close for day, close in closes.items()}
    points |= {datetime.fromisoformat(hour): value for hour, value in DVOL_INSIDE.items()}
    return _interpolated(points, moment)


def _closes(market: Market) -> dict[date, float]:
    """The close of every day of the case, published or walked between."""
    published = {
        (fact.observed_from_at - DAY).date(): fact.value
        for fact in market.facts.values()
        if fact.metric == "dvol_close"
    }
    anchors = {date.fromisoformat(day): value for day, value in DVOL_SHAPE.items()} | published
    first = min(anchors)
    path = bridge(seeded("dvol"), {(day - first).days: value for day, value in anchors.items()}, 0.03)
    return {first + n * DAY: round(value, 2) for n, value in enumerate(path)}


def _index_day(market: Market, closes: dict[date, float], day: date) -> list[float]:
    """Milliseconds, open, high, low, close; a day opens where the one before it closed."""
    random = seeded(f"dvol {day}")
    start, end = closes.get(day - DAY, closes[day]), closes[day]
    high = market.facts[f"dvol_high_{day:%m%d}"].value if f"2026-{day:%m%d}" == "2026-0205" else None
    high = high or round(max(start, end) * (1 + 0.03 * random.random()), 2)
    return [epoch_ms(midnight(day)), start, high, round(min(start, end) * (1 - 0.02 * random.random()), 2), end]


def _skews(market: Market) -> dict[str, float]:
    return SKEW | {GLASSNODE_AT: market.facts["skew_1w_glassnode"].value / 100}


def _at(points: dict[str, float], moment: datetime) -> float:
    return _interpolated({datetime.fromisoformat(hour): value for hour, value in points.items()}, moment)


def _interpolated(points: dict[datetime, float], moment: datetime) -> float:
    before = max(at for at in points if at <= moment)
    after = min((at for at in points if at > moment), default=before)
    share = (moment - before) / (after - before) if after > before else 0.0
    return points[before] + (points[after] - points[before]) * share


def _result(result: object, stamp: int) -> bytes:
    body = {"jsonrpc": "2.0", "result": result, "usIn": 1000 * stamp, "usOut": 1000 * stamp, "testnet": False}
    return json.dumps(body).encode()
