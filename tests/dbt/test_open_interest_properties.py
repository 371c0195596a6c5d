"""What open interest promises over many venues: effects add up, venues come and go unseen, nothing is back-dated."""

from __future__ import annotations

import math
import random
import statistics
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import Raw

EFFECTS = ("position_effect_usd", "price_effect_usd", "position_effect_coins", "price_effect_coins")
OI_TABLES = {
    "fct_open_interest_hourly",
    "fct_open_interest_daily",
    "fct_price_oi_quadrant_hourly",
    "fct_deleveraging_daily",
}
TABLES = {"fct_open_interest_hourly": "period_start_at", "fct_open_interest_daily": "observed_date"}
ASKED, HOURLY = "deribit/futures_summary", "okx/open_interest_1h"


@pytest.mark.parametrize(("table", "period"), TABLES.items())
def test_venues_add_up_to_the_total_and_effects_to_the_change(
    project: CompiledProject, raw: Raw, table: str, period: str
) -> None:
    with project.materialise(raw, NEVER, OI_TABLES) as connection:
        for name in ("open_interest_coins", "change_coins", "change_usd", *EFFECTS):
            pairs = connection.execute(
                f"select sum({name}) filter (where venue = 'all'), "
                f"sum({name}) filter (where venue not in ('all', 'cme')) from marts.{table} group by {period}, asset"
            ).fetchall()
            assert all(a is b is None or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-3) for a, b in pairs), name
        for unit, level in (("usd", "open_interest_usd"), ("coins", "open_interest_coins")):
            [(worst,)] = connection.execute(
                f"select max(abs(position_effect_{unit} + price_effect_{unit} - change_{unit}) / {level}) "
                f"from marts.{table} where change_{unit} is not null"
            ).fetchall()
            assert worst < 1e-9


def test_a_venue_that_appears_or_drops_out_is_no_change(project: CompiledProject, raw: Raw) -> None:
    """The hourly venue is there on the 5th alone: its hours count where it has two in a row, and the total of the
    hours before and after is the other venue."""
    first, last = datetime(2026, 2, 5, 1), datetime(2026, 2, 6)
    parted = raw | {HOURLY: [row for row in raw[HOURLY] if first <= row["observed_at"] <= last]}
    alone = raw | {HOURLY: []}
    query = (
        f"select period_end_at, {', '.join(EFFECTS)} from marts.fct_open_interest_hourly "
        "where asset = 'ETH' and venue = 'all' order by 1"
    )
    with project.materialise(parted, NEVER, OI_TABLES) as some, project.materialise(alone, NEVER, OI_TABLES) as none:
        with_it = {row[0]: row[1:] for row in some.execute(query).fetchall()}
        without_it = {row[0]: row[1:] for row in none.execute(query).fetchall()}
        [(chained, levels)] = some.execute(
            "select max(abs(open_interest_chained_coins - lag)), max(abs(open_interest_coins - level)) from ("
            "select open_interest_chained_coins, lag(open_interest_chained_coins) over walk as lag, "
            "open_interest_coins, lag(open_interest_coins) over walk as level from marts.fct_open_interest_hourly "
            "where asset = 'ETH' and venue = 'all' window walk as (order by period_end_at))"
        ).fetchall()
    assert with_it.keys() == without_it.keys()
    differing = [moment for moment in with_it if with_it[moment] != without_it[moment]]
    assert differing[0] == first + timedelta(hours=1)
    assert differing[-1] == last
    assert levels > 300_000
    assert 50_000 - 1_000 < chained < 50_000 + 1_000


def test_what_a_contract_changed_while_it_was_away_comes_with_its_return(project: CompiledProject, raw: Raw) -> None:
    away = [
        row for row in raw[HOURLY] if not datetime(2026, 2, 5, 10) <= row["observed_at"] <= datetime(2026, 2, 5, 15)
    ]
    query = (
        "select change_coins, open_interest_chained_coins from marts.fct_open_interest_hourly "
        "where venue = 'okx' and hour(period_end_at) in (9, 16, 17) and day(period_end_at) = 5 order by period_end_at"
    )
    with project.materialise(raw | {HOURLY: away}, NEVER, OI_TABLES) as connection:
        assert connection.execute(query).fetchall() == [(0, 400_000), (None, 350_000), (0, 350_000)]


def test_a_future_that_rolls_opens_and_closes_nothing(project: CompiledProject, raw: Raw) -> None:
    with project.materialise(raw, NEVER, OI_TABLES) as connection:
        [(hours, most)] = connection.execute(
            "select count(change_usd), max(abs(change_usd)) from marts.fct_open_interest_hourly where venue = 'deribit'"
        ).fetchall()
    assert (hours, most) == (119, 0)


def test_the_price_moves_the_dollars_of_linear_and_the_coins_of_inverse_contracts_only(
    project: CompiledProject, raw: Raw
) -> None:
    with project.materialise(raw, NEVER, OI_TABLES) as connection:
        answer = connection.execute(
            "select venue, max(abs(price_effect_usd)) > 0, max(abs(price_effect_coins)) > 0 "
            "from marts.fct_open_interest_daily where venue in ('okx', 'deribit') group by venue order by venue"
        ).fetchall()
    assert answer == [("deribit", False, True), ("okx", True, False)]


def test_a_weekly_report_has_its_day_and_is_in_no_total(project: CompiledProject, raw: Raw) -> None:
    without = raw | {"cftc/tff_weekly": []}
    total = "from marts.fct_open_interest_daily where venue = 'all' order by observed_date, asset"
    with project.materialise(raw, NEVER, OI_TABLES) as one, project.materialise(without, NEVER, OI_TABLES) as other:
        assert one.execute(total).fetchall() == other.execute(total).fetchall()
        days = one.execute("select observed_date from marts.fct_open_interest_daily where venue = 'cme'").fetchall()
        hours = one.execute("select count(*) from marts.fct_open_interest_hourly where venue = 'cme'").fetchall()
    assert (days, hours) == ([(date(2026, 2, 3),)], [(0,)])


@pytest.fixture
def walk(project: CompiledProject) -> duckdb.DuckDBPyConnection:
    """A year and a half of days that fall and recover, as the table of daily open interest."""
    rng = random.Random(20260205)
    coins, connection = 300_000.0, project.materialise({}, NEVER, OI_TABLES)
    connection.execute(
        "create table walk as select observed_date, open_interest_chained_coins from marts.fct_open_interest_daily"
    )
    for day in range(540):
        coins *= math.exp(rng.gauss(0, 0.03))
        connection.execute("insert into walk values (?, ?)", [date(2025, 1, 1) + timedelta(days=day), coins])
    return connection


def episodes(
    project: CompiledProject, walk: duckdb.DuckDBPyConnection, until: date, rule: str = "fixed_8_pct"
) -> list[tuple[Any, ...]]:
    walk.execute("delete from marts.fct_open_interest_daily")
    walk.execute(
        "insert into marts.fct_open_interest_daily by name select 'BTC' as asset, 'all' as venue, observed_date, "
        "open_interest_chained_coins, observed_date + interval 32 hour as known_at, 'measured' as provenance "
        "from walk where observed_date <= ?",
        [until],
    )
    return walk.execute(
        "select detected_date, peak_date, detected_at, trough_date, closed_date, close_reason, known_at "
        f"from ({project.sql('fct_deleveraging_episode')}) where threshold_rule = ? order by detected_date",
        [rule],
    ).fetchall()


RULES = pytest.mark.parametrize("rule", ["fixed_8_pct", "vol_scaled"])


@RULES
def test_no_later_day_moves_what_was_detected_or_closed(
    project: CompiledProject, walk: duckdb.DuckDBPyConnection, rule: str
) -> None:
    everything = episodes(project, walk, date(2027, 1, 1), rule)
    assert len(everything) > 7
    assert {row[5] for row in everything} >= {"recovered", "quiet"}
    for day in (date(2025, 1, 1) + timedelta(days=day) for day in range(0, 540, 26)):
        then = episodes(project, walk, day, rule)
        assert [row[:3] for row in then] == [row[:3] for row in everything if row[0] <= day]
        closed = [row for row in then if row[4] is not None]
        assert closed == [row for row in everything if row[4] is not None and row[4] <= day]
        assert all(row[6] <= datetime.combine(day, datetime.min.time()) + timedelta(hours=32) for row in then)


def threshold(levels: list[float], index: int, rule: str) -> float:
    """The fall that opens an episode on a day, from the days before it."""
    if rule == "fixed_8_pct":
        return -0.08
    changes = [levels[at] / levels[at - 5] - 1 for at in range(max(5, index - 60), index)]
    return -2.5 * statistics.stdev(changes) if len(changes) >= 30 else -math.inf


@RULES
def test_episodes_are_those_a_plain_loop_finds(
    project: CompiledProject, walk: duckdb.DuckDBPyConnection, rule: str
) -> None:
    days = walk.execute("from walk order by observed_date").fetchall()
    levels = [coins for _, coins in days]
    found: list[tuple[date, date, date | None, date | None]] = []
    rest, fall = date.min, None
    for index, (day, coins) in enumerate(days):
        if fall is None:
            peak = max((level, on) for on, level in days[max(0, index - 29) : index + 1] if on >= rest)
            if coins <= (1 + threshold(levels, index, rule)) * peak[0]:
                fall = (peak, day, (coins, day))
            continue
        peak, detected, trough = fall
        if coins < trough[0]:
            fall = (peak, detected, (coins, day))
        elif coins >= trough[0] + 0.5 * (peak[0] - trough[0]) or day - trough[1] >= timedelta(days=10):
            found.append((detected, peak[1], trough[1], day))
            rest, fall = day, None
    if fall:
        found.append((fall[1], fall[0][1], None, None))
    answer = episodes(project, walk, date(2027, 1, 1), rule)
    assert [(row[0], row[1], row[3], row[4]) for row in answer] == found


def test_leverage_to_volume_needs_twenty_days(project: CompiledProject) -> None:
    with project.materialise({}, NEVER, OI_TABLES) as connection:
        for table, columns in (
            (
                "fct_price_daily",
                "'binance' as venue, 'USDT' as quote_currency, true as is_final, 100.0 as volume_coins",
            ),
            ("fct_open_interest_daily", "'all' as venue, 250.0 as open_interest_coins"),
        ):
            connection.execute(
                f"insert into marts.{table} by name select 'BTC' as asset, {columns}, "
                "date '2026-01-01' + range::integer as observed_date from range(21)"
            )
        answer = connection.execute(
            f"select oi_to_volume_ratio from ({project.sql('fct_deleveraging_daily')}) order by observed_date"
        ).fetchall()
    assert answer == [(None,)] * 19 + [(2.5,)] * 2
