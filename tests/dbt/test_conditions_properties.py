"""Conditions, base rates and scores: what flips with what is known, and identities beside independent counting."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime, timedelta

import duckdb
import pytest

from tests.dbt.compiled_project import AS_OF, CompiledProject
from tests.dbt.raw_factory import Raw, stamp
from tests.dbt.raw_prices import daily

BOARD, SCORES = "marts.fct_condition_scoreboard", "marts.fct_probability_score"
DAY = timedelta(days=1)


def test_a_condition_follows_what_is_known_of_the_funds(project: CompiledProject, raw: Raw) -> None:
    """The third outflow in a row, of 5 February, is whole by the 7th; an inflow of the 6th by the 8th."""
    query = f"select status, evaluated_at from {BOARD} where condition_id = 'R3' and is_newest"
    moments = [datetime.fromisoformat(AS_OF), datetime(2026, 2, 7, 12), datetime(2026, 2, 8, 12)]
    found = [project.ask(raw, query, moment)[0] for moment in moments]
    assert [status for status, _ in found] == ["unknown", "met", "not_met"]
    assert all(looked_at <= moment for (_, looked_at), moment in zip(found, moments, strict=True))


def test_what_the_event_would_do_was_said_before_it(project: CompiledProject, raw: Raw) -> None:
    """One fall of 12 % before, made good and not seen again: a small sample, and no score within thirty days."""
    rates = "select distinct episode_dates, hits_count, is_small_sample from marts.fct_base_rate "
    assert project.ask(raw, rates + "where question_id like 'retest%' and horizon_days < 90") == [
        ("2025-12-01", 0, True)
    ]
    stated = f"""
        select count(*), min(probability_ratio), max(brier_ratio) from {SCORES}
        where statement_kind = 'base_rate' and statement_id like '%retest%within 30 days'"""
    assert project.ask(raw, stated) == [(6, 0.0, None)]


def test_an_event_is_nothing_to_a_warehouse_that_did_not_see_its_eve(project: CompiledProject, raw: Raw) -> None:
    seen = f"select count(*) from {BOARD}"
    hours = {key: [] for key in raw if key.endswith("_1h") and "derib" not in key}
    assert project.ask(raw | hours, seen) == [(0,)]
    assert project.ask(raw, seen, datetime(2026, 2, 6, 20)) == [(0,)]


def test_prices_of_options_are_scored_at_their_expiry(project: CompiledProject, raw: Raw) -> None:
    """60,000 at the hour of expiry: below every higher strike, and not below 60,000 itself."""
    expiry = datetime(2026, 2, 13, 8)
    hour = daily(expiry - timedelta(hours=1), (60_000.0,) * 4, "btcusd") | {"period_end_at": expiry}
    priced = raw | {"bitstamp/ohlc_1h": [*raw["bitstamp/ohlc_1h"], stamp(hour, expiry + timedelta(minutes=1))]}
    query = f"""
        select threshold_price, probability_ratio, is_true, brier_ratio, kind_mean_brier_ratio, kind_scored_count
        from {SCORES} where outcome_price is not null"""
    assert project.ask(raw, query) == []
    found = project.ask(priced, query)
    assert {strike: is_true for strike, _, is_true, *_ in found} == {strike: strike > 60_000 for strike, *_ in found}
    scores = [(probability - is_true) ** 2 for _, probability, is_true, *_ in found]
    assert [row[3] for row in found] == pytest.approx(scores)
    assert {row[5] for row in found} == {len(found)}
    assert found[0][4] == pytest.approx(sum(scores) / len(scores))


def test_wilsons_interval_is_that_of_statsmodels(project: CompiledProject) -> None:
    from statsmodels.stats.proportion import proportion_confint

    trials = [(hits, episodes) for episodes in (1, 2, 8, 30, 400) for hits in range(0, episodes + 1, 1 + episodes // 5)]
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate")
        connection.execute(f"""
            create table intermediate.int_stress__estimate_base_rates as
            select 'retest' as question_kind, hits as fall_pct, episodes as rebound_pct, 30 as horizon_days,
                'composite' as price_series, null as history_from_date, null as history_to_date, '' as episode_dates,
                episodes as episodes_count, hits as hits_count, 0 as open_count, 0.0 as jeffreys_low_ratio,
                0.0 as jeffreys_high_ratio, null as stated_at, null as known_at, 'measured' as provenance
            from (values {", ".join(map(str, trials))}) as trials(hits, episodes)""")
        columns = "hits_count, episodes_count, wilson_low_ratio, wilson_high_ratio"
        found = connection.execute(f"select {columns} from ({project.sql('fct_base_rate')})").fetchall()
    assert len(found) == len(trials)
    for hits, episodes, low, high in found:
        assert (low, high) == pytest.approx(proportion_confint(hits, episodes, method="wilson"), rel=1e-12, abs=1e-15)


def test_statuses_are_those_of_counting_by_hand(project: CompiledProject) -> None:
    """Sixty conditions of four inputs in three groups, each looked at twelve times, satisfied, not, or unknown."""
    dice = random.Random(1)
    looks = {
        (condition, day): [dice.choice([True, True, False])]
        + [dice.choice([True, True, True, False, None]) for _ in "123"]
        for condition in range(60)
        for day in range(12)
    }
    rows = [
        f"('X{condition}', 1, timestamp '2026-02-07' + {day} * interval 1 day, {number}, 'i{number}', "
        f"'g{min(number, 2)}', {number == 0}, {'null' if value is None else value})"
        for (condition, day), values in looks.items()
        for number, value in enumerate(values)
    ]
    with duckdb.connect() as connection:
        connection.execute("create schema intermediate; create schema seeds")
        connection.execute(f"""
            create table intermediate.int_stress__judge_inputs as
            select *, 'at_least' as comparison, 0.0 as threshold, 'pct' as unit, 1.0 as reading,
                is_satisfied is null as is_missing, false as is_stale, evaluated_at as observed_at,
                evaluated_at as expires_at, evaluated_at as known_at, 'measured' as provenance
            from (values {", ".join(rows)}) as looks(
                condition_id, rule_version, evaluated_at, input_number, input_name, group_name, is_wait, is_satisfied
            )""")
        connection.execute("""
            create table seeds.condition_rules as
            select distinct condition_id, rule_version, 'e' as event_name, 'hold' as condition_kind, '' as title,
                '' as title_zh, '' as rule from intermediate.int_stress__judge_inputs""")
        query = f"select condition_id, status from ({project.sql('fct_condition_scoreboard')}) order by evaluated_at"
        told: dict[str, list[str]] = {}
        for condition, status in connection.execute(query).fetchall():
            told.setdefault(condition, []).append(status)
    expected = {f"X{condition}": settle([seen(looks[condition, day]) for day in range(12)]) for condition in range(60)}
    assert told == expected
    assert set(Counter(status for statuses in told.values() for status in statuses)) == {
        "met",
        "not_met",
        "pending",
        "unknown",
    }


def seen(values: list[bool | None]) -> str:
    waited, first, *others = values
    either = True if True in others else None if None in others else False
    if not waited:
        return "pending"
    if first is False or either is False:
        return "not_met"
    return "unknown" if first is None or either is None else "met"


def settle(statuses: list[str]) -> list[str]:
    """A flip between met and not_met needs two looks running."""
    told: list[str] = []
    flips = {"met", "not_met"}
    for number, status in enumerate(statuses):
        before = statuses[number - 1] if number else status
        is_first_of_a_flip = {status, before} == flips
        told.append(told[-1] if is_first_of_a_flip else status)
    return told
