"""Composites, moves and levels on prices made up for the question: what must hold whatever the prices are."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest

from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import FIRST_DAY, Raw, Row, candle, stamp
from tests.dbt.raw_prices import daily, plain, walk
from tests.dbt.test_scaling import CANDLE, differences

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HOURS = "binance_vision/spot_klines_1h"
VENUES = {"coinbase_exchange/candles_1h": "C{}-USD", "kraken/ohlc_1h": "C{}USD", "bitstamp/ohlc_1h": "c{}usd"}
Bar = tuple[float, float, float, float]


def hours(bars: Iterable[Bar], length: timedelta = HOUR, symbol: str = "BTCUSDT") -> list[Row]:
    """Bars that follow each other from the first day on, known when they end."""
    return [
        stamp(candle(start, bar) | {"symbol": symbol, "period_end_at": start + length}, start + length)
        for start, bar in zip((FIRST_DAY + length * index for index in range(10_000)), bars, strict=False)
    ]


def bars(count: int, seed: int, price: float = 70_000.0, deviation: float = 0.006) -> list[Bar]:
    return [bar for _, bar in zip(range(count), walk(price, deviation, seed), strict=False)]


def test_the_composite_of_one_venue_is_that_venue(project: CompiledProject) -> None:
    answer = project.ask(
        {HOURS: hours(bars(30, 1))},
        "select close_price_usd = close_price and lowest_close_price_usd = highest_close_price_usd "
        "and is_single_source and spread_bps is null and not is_disputed and usd_basis = 'usdt_at_par' "
        "and composite.return_ratio is not distinct from venue.return_ratio "
        "from marts.fct_price_composite_hourly as composite "
        "join marts.fct_price_hourly as venue using (period_start_at, asset)",
    )
    assert answer == [(True,)] * 30


def test_venues_may_swap_their_prices(project: CompiledProject) -> None:
    """Six orders of the same three series, each order a coin of its own."""
    series = [bars(26, seed, 70_000.0 + 300 * seed, 0.001) for seed in range(3)]
    raw: Raw = {key: [] for key in VENUES}
    for number, order in enumerate(permutations(series)):
        for (key, symbol), walked in zip(VENUES.items(), order, strict=True):
            raw[key] += [plain(row) for row in hours(walked, symbol=symbol.format(number))]
    with project.materialise(raw, NEVER, {"fct_price_composite_hourly", "fct_price_composite_daily"}) as connection:
        for mart, count in (("hourly", 26), ("daily", 1)):
            coins: dict[str, list[tuple[Any, ...]]] = {}
            rows = connection.execute(
                f"select asset, columns(* exclude (asset)) from marts.fct_price_composite_{mart} order by all"
            )
            for coin, *row in rows.fetchall():
                coins.setdefault(coin, []).append(tuple(row))
            assert list(coins) == [f"C{number}" for number in range(6)]
            assert [(len(answer), answer == coins["C0"]) for answer in coins.values()] == [(count, True)] * 6


def test_minutes_and_hours_of_one_day_tell_the_same_but_finer(project: CompiledProject) -> None:
    """Extremes and moves are the same; a fall within the hour shows in minutes alone."""
    minutes = bars(1440, 7, deviation=0.001)
    chunks = [minutes[at : at + 60] for at in range(0, 1440, 60)]
    coarse = [(c[0][0], max(b[1] for b in c), min(b[2] for b in c), c[-1][3]) for c in chunks]
    query = (
        "select resolution_minutes, is_final, open_price, high_price, low_price, last_price, rebound_ratio, "
        "date_trunc('hour', low_at), adverse_move_60m_ratio, adverse_move_240m_ratio from marts.fct_price_move"
    )
    fine = {HOURS: hours(coarse), "binance_vision/spot_klines_1m": hours(minutes, MINUTE)}
    (by_minute,), (by_hour,) = project.ask(fine, query), project.ask({HOURS: hours(coarse)}, query)
    assert (by_minute[0], by_hour[0]) == (1, 60)
    assert by_minute[1:8] == by_hour[1:8]
    assert by_minute[8] <= by_hour[8]
    assert by_minute[9] <= by_hour[9]


def test_a_day_is_scored_against_a_year_without_itself(project: CompiledProject) -> None:
    """Five days of hours at the end of 400 daily candles; the first row has 365 returns before it."""
    closes = [bar[3] for bar in bars(405, 5, deviation=0.02)]
    start = FIRST_DAY - timedelta(days=400)
    candles = [
        stamp(daily(start + timedelta(days=index), (close,) * 4, "BTC-USD"), start + timedelta(days=index + 1))
        for index, close in enumerate(closes)
    ]
    flat = [row | {"symbol": "BTC-USD"} for row in hours((closes[400 + index // 24],) * 4 for index in range(120))]
    raw = {"coinbase_exchange/candles_1d": candles, "coinbase_exchange/candles_1h": flat}
    query = (
        "select return_z_ratio, returns_count from marts.fct_price_move "
        "where resolution_minutes = 60 order by observed_date"
    )
    returns = [after / before - 1 for before, after in pairwise(closes)]
    expected = [returns[day - 1] / statistics.stdev(returns[day - 366 : day - 1]) for day in range(400, 405)]
    answer = project.ask(raw, query)
    assert [count for _, count in answer] == [365] * 5
    assert all(math.isclose(found, z, rel_tol=1e-9) for (found, _), z in zip(answer, expected, strict=True))
    short = raw | {"coinbase_exchange/candles_1d": candles[-64:]}
    assert [(score is None, count) for score, count in project.ask(short, query)] == [
        (True, 58), (True, 59), (False, 60), (False, 61), (False, 62),
    ]  # fmt: skip


def test_a_thousandth_of_the_price_is_a_thousandth_of_the_level(project: CompiledProject) -> None:
    """Round prices are round in powers of ten, so here they scale too."""
    factor = 1e-3
    rows = hours(bars(150, 3))
    scaled = [row | {name: row[name] * factor for name in CANDLE} for row in rows]
    moves = (
        "select round_level_price, low_price, low_to_round_level_minutes, rebound_ratio, adverse_move_240m_ratio "
        "from marts.fct_price_move order by observed_date"
    )
    events = (
        "select level_price, opened_at, confirmed_at, state, failed_tests_count, is_intrabar_ambiguous "
        "from marts.fct_level_test order by level_side, level_kind, level_price, level_known_at, event_number"
    )
    for query, priced in ((moves, 2), (events, 1)):
        before, after = project.ask({HOURS: rows}, query), project.ask({HOURS: scaled}, query)
        assert before
        for index, (old, new) in enumerate(zip(zip(*before, strict=True), zip(*after, strict=True), strict=True)):
            assert differences(list(old), list(new), factor if index < priced else 1) == []


@pytest.mark.parametrize(("key", "minutes", "count"), [(HOURS, 60, 200), ("binance_spot/klines_1m", 1, 900)])
def test_levels_are_told_like_a_plain_walk_through_the_bars_tells_them(
    project: CompiledProject, key: str, minutes: int, count: int
) -> None:
    """Twelve walks, each a coin of its own, from below and from above."""
    walks = {f"C{seed:02}": bars(count, seed) for seed in range(12)}
    raw = {key: [row for coin, walked in walks.items() for row in hours(walked, MINUTE * minutes, f"{coin}USDT")]}
    query = (
        "select asset, level_side, level_price, epoch(opened_at), epoch(confirmed_at), state, failed_tests_count "
        f"from marts.fct_level_test where level_kind = 'round' and bar_minutes = {minutes} "
        "order by asset, level_side, level_price, event_number"
    )
    expected = [
        (coin, side, *event)
        for coin, walked in walks.items()
        for side, sign in (("resistance", 1), ("support", -1))
        for level in (float(price) for price in range(40_000, 320_000, 10_000))
        for event in told(walked, level, sign, minutes)
    ]
    assert {event[5] for event in expected} == {"failed", "broken", "lost", "reclaimed", "open"}
    assert project.ask(raw, query) == expected


def told(
    walked: list[Bar], level: float, sign: int, minutes: int, band: float = 0.005, pullback: float = 0.007
) -> list[tuple[Any, ...]]:
    """The state machine of method.md 2.4 as one would say it, one trade after the other; from above, upside down."""
    low, high = (2, 1) if sign > 0 else (1, 2)
    turned = (
        [(sign * bar[0], sign * bar[high], sign * bar[low], sign * bar[3]) for bar in walked] if sign < 0 else walked
    )
    return [(level, *event) for event in told_from_below(turned, sign * level, sign * band, sign * pullback, minutes)]


def told_from_below(
    walked: list[Bar], level: float, band: float, pullback: float, minutes: int
) -> list[tuple[Any, ...]]:
    touch, rejection = level * (1 - band), level * (1 - band) * (1 - pullback)
    events: list[tuple[Any, ...]] = []
    state, opened, failed, held, lost = "above" if walked[0][0] > level else "below", 0.0, 0, -1, False
    for index, (first, high, low, last) in enumerate(walked):
        start = (FIRST_DAY + MINUTE * minutes * index).replace(tzinfo=UTC).timestamp()
        end = start + 60 * minutes
        if state == "above":
            if last < touch:
                state, lost = "below", True
                events.append((start, end, "lost", failed))
            continue
        held = held + 1 if held >= 0 and low > level else -1
        for price in (first, high, low, last) if high - first <= first - low else (first, low, high, last):
            if state == "below" and price >= touch:
                state, opened = "test", start
            elif state == "test" and price <= rejection:
                state, failed = "below", failed + 1
                events.append((opened, end, "failed", failed))
        if held == 180 // minutes:
            state, held = "above", -1
            events.append((opened, end, "reclaimed" if lost else "broken", failed))
        elif held < 0 and last > level * (1 + band):
            held = 0
    return [*events, (opened, None, "open", failed)] if state == "test" else events


def test_no_later_bar_changes_a_confirmed_event(project: CompiledProject) -> None:
    """Every prefix of the bars is a coin of its own and knows what the whole knew by then."""
    walked = bars(120, 4, deviation=0.009)
    raw = {HOURS: [row for count in range(1, 121) for row in hours(walked[:count], symbol=f"C{count:03}USDT")]}
    query = (
        "select asset, confirmed_at, level_side, level_kind, level_price, level_known_at, event_number, opened_at, "
        "state, failed_tests_count, is_intrabar_ambiguous, known_at "
        "from marts.fct_level_test where state <> 'open' order by all"
    )
    told_by: dict[str, list[tuple[Any, ...]]] = {}
    for asset, *event in project.ask(raw, query):
        told_by.setdefault(asset, []).append(tuple(event))
    whole = told_by["C120"]
    assert {event[1:3] for event in whole} == {
        ("resistance", "round"), ("resistance", "day_high"), ("support", "round"), ("support", "day_low"),
    }  # fmt: skip
    assert len(whole) > 20
    for count in range(1, 121):
        end = FIRST_DAY + HOUR * count
        assert told_by.get(f"C{count:03}", []) == [event for event in whole if event[0] <= end]


@pytest.mark.parametrize("offset", [0, 8])
def test_the_day_that_fits_is_found_in_any_time_zone(project: CompiledProject, offset: int) -> None:
    """The article's prints stand exactly at the two midnights of one time zone, and nowhere else."""
    opens_at = datetime(2026, 2, 5) - offset * HOUR
    walked = bars(216, 9, 68_000.0, 0.002)
    for moment, price in ((opens_at, 73_100.0), (opens_at + timedelta(days=1), 62_600.0)):
        walked[(moment - HOUR - FIRST_DAY) // HOUR] = (price,) * 4
    query = (
        "select utc_offset_hours, error_usd, offsets_count from marts.fct_day_definition_fit "
        "where observed_date = '2026-02-05' and fit_rank = 1"
    )
    assert project.ask({HOURS: hours(walked)}, query) == [(offset, 0.0, 27)]


def test_a_print_is_not_known_before_it_was_printed(project: CompiledProject) -> None:
    raw = {HOURS: hours(bars(216, 9))}
    before = "2026-02-07 10:31:59"
    assert project.ask(raw, "select count(*) from marts.fct_day_definition_fit", before) == [(0,)]
    days = project.ask(raw, "select distinct observed_date from marts.fct_day_definition_fit order by 1")
    assert days == [(date(2026, 2, 5),), (date(2026, 2, 6),)]


def test_of_thirty_closes_five_held_seventy_thousand(project: CompiledProject) -> None:
    """Method.md 2.6: from 6 February 2026 on, of 30 closes five were at or above; the second one was below."""
    closes = [69_000.0] * 30
    for above in (0, 3, 7, 8, 29):
        closes[above] = 70_000.0
    raw = {"coinbase_exchange/candles_1d": closing(datetime(2026, 2, 6), closes)}
    query = (
        "select closes_above_30d_count, closes_30d_count, closes_above_in_a_row_days, time_above_ratio "
        "from marts.fct_level_hold_daily where level_price_usd = 70000 "
        "and observed_date in ('2026-02-07', '2026-03-07') order by observed_date"
    )
    assert project.ask(raw, query) == [(1, 2, 0, None), (5, 30, 1, None)]


def test_a_level_is_held_by_closes_and_by_the_hours_between_them(project: CompiledProject) -> None:
    """Forty days whose hours go about 70,000, beside a plain look at the same closes; one hour is missing."""
    walked = bars(40 * 24, 6, 70_000.0, 0.002)
    rows = hours(walked)
    lacking = 20 * 24 + 5
    found = project.ask(
        {HOURS: rows[:lacking] + rows[lacking + 1 :]},
        "select observed_date, is_held_1d, is_held_3d, is_held_7d, closes_above_in_a_row_days, time_above_ratio "
        "from marts.fct_level_hold_daily where level_price_usd = 70000 order by 1",
    )
    closes = [bar[3] for bar in walked]

    def held(day: int, count: int) -> bool | None:
        if day + 1 < count or min(closes[24 * back + 23] for back in range(day - count + 1, day + 1)) < 70_000:
            return False
        between = range(24 * (day - count + 2), 24 * (day + 1))
        if any(closes[hour] < 70_000 * 0.995 for hour in between if hour != lacking):
            return False
        return None if lacking in between else True

    days = {(row[0] - FIRST_DAY.date()).days: row[1:] for row in found}
    assert len(days) > 30
    assert {row[1] for row in days.values()} == {True, False, None}
    for day, (one, three, seven, in_a_row, share) in days.items():
        assert (one, three, seven) == (held(day, 1), held(day, 3), held(day, 7)), day
        assert (in_a_row >= 3) == (day >= 2 and all(held(day - back, 1) for back in range(3)))
        told_hours = [closes[hour] >= 70_000 for hour in range(24 * day, 24 * day + 24) if hour != lacking]
        assert share == sum(told_hours) / len(told_hours)


def closing(start: datetime, closes: list[float], symbol: str = "BTC-USD") -> list[Row]:
    """Daily candles that say no more than their close."""
    days = [start + timedelta(days=index) for index in range(len(closes))]
    return [
        stamp(daily(day, (close,) * 4, symbol), day + timedelta(days=1))
        for day, close in zip(days, closes, strict=True)
    ]


def test_a_reference_price_is_held_against_dollars_alone(project: CompiledProject) -> None:
    """On the third day there is a pair in USDT alone, and nobody said what a USDT was worth."""
    start = datetime(2026, 2, 5)
    raw = {
        "coinbase_exchange/candles_1d": closing(start, [62_700.0, 70_555.0]),
        "binance_vision/spot_klines_1d": closing(start, [62_809.0, 70_600.0, 69_282.0], "BTCUSDT"),
        "kraken/ohlc_1d": closing(start, [1.0, 1.0], "USDTUSD"),
        "coinmetrics/asset_metrics_1d": [
            stamp(
                {"asset": "BTC", "price_usd": 62_809.26, "observed_date": start.date(), "period_start_at": start},
                start + timedelta(days=1),
            )
        ],
    }
    query = (
        "select sources, round(median_value, 2), round(range_ratio, 6), is_disputed, is_single_source "
        "from marts.fct_source_disagreement_daily where metric = 'close_price' order by observed_date"
    )
    assert project.ask(raw, query) == [
        ("coinmetrics, composite", 62_781.88, 0.000872, False, False),
        ("composite", 70_577.5, None, False, True),
    ]
