"""Identities of funding, liquidations and flow that hold whatever the figures are."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.dbt.compiled_project import CompiledProject
from tests.dbt.raw_factory import Raw, Row

OTHER_SIDE = {"long": "short", "short": "long"}


def with_sides_swapped(row: Row) -> Row:
    names = {"long_liquidation_usd": "short_liquidation_usd", "short_liquidation_usd": "long_liquidation_usd"}
    swapped = {name: row[names.get(name, name)] for name in row}
    return swapped | ({"liquidated_side": OTHER_SIDE[row["liquidated_side"]]} if "liquidated_side" in row else {})


@pytest.mark.parametrize("table", ["fct_liquidation_hourly", "fct_liquidation_daily"])
def test_swapping_the_sides_swaps_the_columns_and_nothing_else(project: CompiledProject, raw: Raw, table: str) -> None:
    swapped = {key: [with_sides_swapped(row) for row in rows] for key, rows in raw.items()}
    rest = "liquidated_usd, intensity_ratio, venues_count, completeness, known_at"
    straight = project.ask(raw, f"select short_usd, long_usd, {rest} from marts.{table} order by all")
    assert straight == project.ask(swapped, f"select long_usd, short_usd, {rest} from marts.{table} order by all")
    assert straight


def test_all_is_the_sum_of_the_exchanges_and_holds_no_vendor(project: CompiledProject, raw: Raw) -> None:
    query = """
        select observed_date, asset, round(sum(liquidated_usd), 3), count(*)
        from marts.fct_liquidation_daily where {} group by observed_date, asset order by observed_date"""
    exchanges = project.ask(raw, query.format("venue not in ('all', 'coinglass')"))
    totals = "select observed_date, asset, round(liquidated_usd, 3), venues_count from marts.fct_liquidation_daily"
    assert exchanges == project.ask(raw, f"{totals} where venue = 'all' order by observed_date")
    assert project.ask(raw, "select count(*) from marts.fct_liquidation_daily where is_vendor_total") != [(0,)]


def test_a_venue_told_by_itself_and_by_a_vendor_counts_once(project: CompiledProject, raw: Raw) -> None:
    query = "select observed_date, long_usd from marts.fct_liquidation_daily where venue = 'gate' order by 1"
    alone = dict(project.ask(raw | {"coinalyze/liquidations_1d": []}, query))
    both = dict(project.ask(raw, query))
    assert alone == {day: both[day] for day in alone}
    assert len(both) > len(alone)


def test_the_weighted_rate_lies_between_the_venues(project: CompiledProject, raw: Raw) -> None:
    found = project.ask(
        raw,
        """
        select every.observed_date, every.rate_8h_ratio, min(one.rate_8h_ratio), max(one.rate_8h_ratio)
        from marts.fct_funding_daily as every
        inner join marts.fct_funding_daily as one using (observed_date, asset)
        where every.venue = 'all' and one.venue <> 'all'
        group by every.observed_date, every.asset, every.rate_8h_ratio""",
    )
    assert found
    assert [row for row in found if not row[2] - 1e-15 <= row[1] <= row[3] + 1e-15] == []


def test_funding_of_the_other_sign_turns_the_rates(project: CompiledProject, raw: Raw) -> None:
    def turned(row: Row) -> Row:
        return row | {name: -row[name] for name in ("funding_rate_ratio", "announced_rate_ratio") if row.get(name)}

    query = """
        select observed_date, venue, round({0}rate_8h_ratio, 12), round({0}announced_rate_8h_ratio, 12)
        from marts.fct_funding_daily order by observed_date, venue"""
    other = {key: [turned(row) for row in rows] for key, rows in raw.items()}
    assert project.ask(raw, query.format("-")) == project.ask(other, query.format(""))


def test_sellers_for_buyers_turn_the_flow_and_keep_its_share(project: CompiledProject, raw: Raw) -> None:
    def turned(row: Row) -> Row:
        taken = row.get("taker_buy_coins")
        return row if taken is None else row | {"taker_buy_coins": row["volume_coins"] - taken}

    query = """
        select observed_date, round({0}spot_cvd_coins, 6), round({0}perp_cvd_coins, 6), round(spot_share_ratio, 9),
            round({0}signed_spot_share_ratio, 9)
        from marts.fct_flow_share_daily order by observed_date"""
    other = {key: [turned(row) for row in rows] for key, rows in raw.items()}
    straight = project.ask(raw, query.format("-"))
    assert straight == project.ask(other, query.format(""))
    assert any(row[3] is not None for row in straight)


def test_a_start_once_seen_never_moves_and_an_end_comes_an_hour_late(project: CompiledProject, raw: Raw) -> None:
    seen: dict[datetime, datetime | None] = {}
    states = []
    for hour in range(12):
        moment = datetime(2026, 2, 5, 22) + timedelta(hours=hour)
        answer = dict(project.ask(raw, "select started_at, ended_at from marts.fct_liquidation_cascade", moment))
        assert {start: end for start, end in seen.items() if end and answer.get(start) != end} == {}
        assert set(seen) <= set(answer)
        assert all(end is None or end + timedelta(hours=1) <= moment for end in answer.values())
        states.append([end is not None for end in answer.values()])
        seen = answer
    assert all(state in states for state in ([], [False], [True]))


def test_a_storm_is_held_against_the_ninety_days_before_it(project: CompiledProject, raw: Raw) -> None:
    """Intensities of 0.1 % to 0.9 % in turn, then the 3.66 % of 5 February 2026; thirty days are the fewest."""
    with project.materialise({}, "9999-12-31", {"fct_liquidation_daily"}) as connection:
        connection.execute("create table days as from intermediate.int_derivatives__compare_liquidations")
        connection.execute("drop view intermediate.int_derivatives__compare_liquidations cascade")
        connection.execute("create view intermediate.int_derivatives__compare_liquidations as from days")
        connection.execute(
            "insert into days by name select 'day' as cadence, 'BTC' as asset, 'all' as venue, "
            "timestamp '2026-02-05' - to_days(100 - number::integer) as period_start_at, "
            "if(number = 100, 0.0366, 0.001 * (1 + number % 9)) as intensity_ratio, "
            "timestamp '2026-02-06' as known_at, 'measured' as provenance from range(101) as numbers (number)"
        )
        answer = connection.execute(
            "select median_intensity_90d_count, round(intensity_to_median_90d_ratio, 9), "
            f"intensity_to_median_90d_reason from ({project.sql('fct_liquidation_daily')}) order by observed_date"
        ).fetchall()
    assert [reason for _, _, reason in answer] == ["fewer_than_30_days"] * 30 + [None] * 71
    assert answer[-1] == (90, 7.32, None)
