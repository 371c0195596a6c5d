"""What holds on the chain and in the funds whatever the numbers are, beside the golden values of the unit tests."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import duckdb
import jinja2
import pytest

from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import DBT_PROJECT, Raw, etf_total, stamp
from tests.dbt.raw_onchain import fund_flows

EASIEST = 0x1D00FFFF
consensus: Any = jinja2.Environment().from_string((DBT_PROJECT / "macros" / "consensus.sql").read_text()).module


def compute(expression: str) -> Any:
    [(answer,)] = duckdb.execute(f"select {expression}").fetchall()
    return answer


def retargeted(bits: int, seconds: int) -> int:
    """The rule in the whole numbers of any size that nodes compute it in."""
    target = (bits & 0x7FFFFF) << (8 * ((bits >> 24) - 3))
    target = target * min(max(seconds, 302_400), 4_838_400) // 1_209_600
    target = min(target, 0xFFFF << (8 * 26))
    size = (target.bit_length() + 7) // 8
    mantissa = target >> (8 * (size - 3))
    return (size + 1) << 24 | mantissa >> 8 if mantissa & 0x800000 else size << 24 | mantissa


@pytest.mark.parametrize(
    ("bits", "first", "last", "expected"),
    [
        (0x1D00FFFF, 1261130161, 1262152739, 0x1D00D86A),
        (0x1D00FFFF, 1231006505, 1233061996, 0x1D00FFFF),
        (0x1C05A3F4, 1279008237, 1279297671, 0x1C0168FD),
        (0x1C387F6F, 1263163443, 1269211443, 0x1D00E1FD),
    ],
    ids=["plain", "easiest", "clamped_below", "clamped_above"],
)
def test_retargets_are_those_of_the_nodes_own_tests(bits: int, first: int, last: int, expected: int) -> None:
    assert (
        compute(consensus.next_bits(f"{bits}::bigint", str(last - first))) == expected == retargeted(bits, last - first)
    )


def test_any_bits_retarget_like_whole_numbers_do_and_survive_difficulty() -> None:
    rng = random.Random(935_424)
    cases = [
        (
            min(rng.choice([0x17, 0x18, 0x1C, 0x1D]) << 24 | rng.randint(0x8000, 0x7FFFFF), EASIEST),
            rng.randint(1, 6_000_000),
        )
        for _ in range(500)
    ]
    rows = ", ".join(f"({bits}::bigint, {seconds}::bigint)" for bits, seconds in cases)
    difficulty = consensus.difficulty_of_bits("bits")
    answers = duckdb.execute(
        f"select {consensus.next_bits('bits', 'seconds')}, {consensus.bits_of_difficulty(f'({difficulty})')} "
        f"from (values {rows}) as cases (bits, seconds)"
    ).fetchall()
    assert answers == [(retargeted(bits, seconds), bits) for bits, seconds in cases]


def test_difficulties_of_february_are_those_of_compact_bits() -> None:
    for difficulty in (141_668_107_417_558.0, 125_864_590_119_494.0):
        bits = consensus.bits_of_difficulty(f"{difficulty!r}::double")
        assert compute(consensus.difficulty_of_bits(f"({bits})")) == pytest.approx(difficulty, abs=1)


@pytest.mark.parametrize(
    ("height", "coins"), [(0, 50), (209_999, 50), (210_000, 25), (839_999, 6.25), (840_000, 3.125)]
)
def test_the_subsidy_is_halved_every_210_000_blocks(height: int, coins: float) -> None:
    assert compute(consensus.block_subsidy_coins(f"{height}::bigint")) == coins


def test_half_of_the_blocks_halve_the_hashrate_and_leave_the_hashprice(project: CompiledProject, raw: Raw) -> None:
    """Every block counts alike here, so that only their number differs."""
    blocks = [row | {"fees_coins": 0.03} for row in raw["mempool_space/blocks"]]
    query = (
        "select hashrate_by_blocks_eh_s, hashprice_by_blocks_usd_per_ph_day, hashprice_usd_per_ph_day "
        "from marts.fct_hashprice_daily where not is_difficulty_mixed "
        "and hashrate_by_blocks_eh_s is not null order by observed_date"
    )
    all_of_them = project.ask(raw | {"mempool_space/blocks": blocks}, query)
    half = project.ask(raw | {"mempool_space/blocks": blocks[::2]}, query)
    assert len(half) == len(all_of_them) > 5
    for (rate, *prices), (half_rate, *half_prices) in zip(all_of_them, half, strict=True):
        assert half_rate == pytest.approx(rate / 2)
        assert half_prices == pytest.approx(prices)


def test_without_fees_hashprice_is_null_and_the_subsidy_still_earns(project: CompiledProject, raw: Raw) -> None:
    bare = raw | {"mempool_space/blocks": [], "coinmetrics/asset_metrics_1d": []}
    answer = project.ask(
        bare,
        "select distinct hashprice_usd_per_ph_day is null, hashprice_without_fees_usd_per_ph_day > 0, "
        "fees_source, subsidy_coins from marts.fct_hashprice_daily",
    )
    assert answer == [(True, True, None, 3.125)]


def test_a_forecast_is_the_same_before_and_after_its_outcome_is_known(project: CompiledProject, raw: Raw) -> None:
    then = datetime(2026, 2, 6)
    query = (
        "select forecast_at, forecast_method, estimated_change_pct, estimated_difficulty, estimated_retarget_at, "
        "forecast_known_at from marts.fct_difficulty_projection where forecast_known_at <= $then order by 1, 2"
    )
    only = ["fct_difficulty_projection"]
    with project.materialise(raw, then, only) as before, project.materialise(raw, NEVER, only) as after:
        made = before.execute(query, {"then": then}).fetchall()
        assert made == after.execute(query, {"then": then}).fetchall()
        scored = "select count(*) filter (where is_scored), count(*) from marts.fct_difficulty_projection"
        assert before.execute(scored).fetchone() == (0, len(made))
        assert (after.execute(scored).fetchone() or (0,))[0] >= len(made) > 20


def test_the_last_block_of_an_epoch_forecasts_what_comes(project: CompiledProject) -> None:
    """With nothing left to come the naive pace is the rule of consensus itself."""
    start, end = datetime(2026, 1, 22, 4), datetime(2026, 2, 7, 14)
    difficulty = 141_668_107_417_558.25
    bits = compute(consensus.bits_of_difficulty(f"{difficulty!r}::double"))
    blocks = [
        {"height": 935_423, "block_hash": "00", "observed_at": end, "difficulty": difficulty, "transactions_count": 1}
        | {"fees_coins": 0.0, "reward_coins": 3.125}
    ]
    epochs = [{"height": 933_408, "observed_at": start, "difficulty": difficulty, "adjustment_ratio": 1.0}]
    answer = project.ask(
        {
            "mempool_space/blocks": [stamp(row, end) for row in blocks],
            "mempool_space/difficulty_adjustments": [stamp(row, start) for row in epochs],
        },
        "select distinct round(estimated_difficulty) from marts.fct_difficulty_projection",
    )
    expected = compute(consensus.difficulty_of_bits(str(retargeted(bits, int((end - start).total_seconds())))))
    assert answer == [(round(expected),)]


def test_a_year_has_365_days_or_no_answer(project: CompiledProject) -> None:
    days = [datetime(2025, 2, 7) + timedelta(days=shift) for shift in range(365)]
    year = [
        stamp(
            {
                "asset": "BTC",
                "observed_date": day.date(),
                "period_start_at": day,
                "period_end_at": day + timedelta(days=1),
            }
            | {"issuance_usd": 0.5 if day == days[-1] else 1.0, "hashrate_eh_s": 1000.0 - index},
            day + timedelta(days=2),
        )
        for index, day in enumerate(days)
    ]
    query = (
        "select puell_multiple_ratio, is_ribbon_inverted, stress_signs_count, known_signs_count "
        "from marts.fct_miner_stress_daily order by observed_date desc limit 1"
    )
    assert project.ask({"coinmetrics/asset_metrics_1d": year}, query) == [(0.5 / (364.5 / 365), True, 2, 2)]
    assert project.ask({"coinmetrics/asset_metrics_1d": year[:200] + year[201:]}, query) == [(None, True, 1, 1)]
    assert project.ask({"coinmetrics/asset_metrics_1d": year[:330] + year[331:]}, query) == [(None, None, 0, 0)]


def test_steps_add_up_to_all_coins_and_zones_do_not_overlap(project: CompiledProject, raw: Raw) -> None:
    with project.materialise(raw, NEVER, {"fct_cost_basis_distribution", "fct_cost_basis_cluster"}) as connection:
        sums = connection.execute(
            "select sum(supply_coins) / max(total_supply_coins), sum(share_ratio), max(coverage_ratio) "
            "from marts.fct_cost_basis_distribution where supply_source = 'bitview.urpd' group by observed_date, cohort"
        ).fetchall()
        overlaps = connection.execute(
            "select count(*) from marts.fct_cost_basis_cluster as low "
            "inner join marts.fct_cost_basis_cluster as high using (observed_date, asset, cohort) "
            "where low.price_floor_usd < high.price_floor_usd and low.price_ceiling_usd >= high.price_floor_usd"
        ).fetchone()
        held = connection.execute(
            "select count(*), max(abs(zones.supply_coins - (select sum(steps.supply_coins) "
            "from marts.fct_cost_basis_distribution as steps where steps.observed_date = zones.observed_date "
            "and steps.supply_source = 'bitview.urpd' and steps.cohort = zones.cohort "
            "and steps.price_floor_usd >= zones.price_floor_usd "
            "and steps.price_floor_usd < zones.price_ceiling_usd))) from marts.fct_cost_basis_cluster as zones"
        ).fetchone()
    assert len(sums) == 4
    assert [pytest.approx((1, 1, 1)) == row for row in sums] == [True] * 4
    assert overlaps == (0,)
    assert held is not None
    assert held[0] > 0
    assert held[1] == pytest.approx(0, abs=1e-6)


OWN = "supply_source = 'utxo.unspent_outputs'"


def test_a_set_of_ones_own_stands_beside_the_vendor_and_changes_nothing_of_it(
    project: CompiledProject, raw: Raw
) -> None:
    tables = {"fct_cost_basis_distribution", "fct_cost_basis_cluster"}
    without = {key: rows for key, rows in raw.items() if not key.startswith("utxo/")}
    with project.materialise(raw, NEVER, tables) as both, project.materialise(without, NEVER, tables) as vendor:
        for query in (f"from marts.fct_cost_basis_distribution where not ({OWN})", "from marts.fct_cost_basis_cluster"):
            assert both.execute(query).fetchall() == vendor.execute(query).fetchall() != []
        assert both.execute(f"select count(*) > 0 from marts.fct_cost_basis_distribution where {OWN}").fetchall()[0][0]


def test_every_coin_of_a_set_is_in_one_step_or_has_no_price(project: CompiledProject, raw: Raw) -> None:
    """The first set has 100 + 101 + ... + 140 coins; the days without a price are taken away below."""
    query = (
        "select sum(supply_coins), max(total_supply_coins), max(coverage_ratio), "
        "max(supply_coins) filter (where price_floor_usd = 0), max(price_ceiling_usd - price_floor_usd) "
        f"from marts.fct_cost_basis_distribution where {OWN} and observed_date = date '2026-02-05'"
    )
    whole = sum(range(100, 141))
    assert project.ask(raw, query) == [(whole, whole, 1.0, 100.0, 500.0)]
    lost = next(row["value_sats"] / 1e8 for row in raw["utxo/unspent_outputs"] if row["output_number"] == 20)
    day = next(row["created_at"].date() for row in raw["utxo/unspent_outputs"] if row["output_number"] == 20)
    prices = [row for row in raw["coinmetrics/asset_metrics_1d"] if row["observed_date"] != day]
    [(held, total, coverage, first, _)] = project.ask(raw | {"coinmetrics/asset_metrics_1d": prices}, query)
    assert (held, total, coverage, first) == (whole - lost, whole, (whole - lost) / whole, 100.0)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2026-02-05 23:59:59", []),
        ("2026-02-06 00:00:00", [(5, 4920.0)]),
        ("2026-02-08 08:59:59", [(5, 4920.0), (6, 4920.0)]),
        ("2026-02-08 09:00:00", [(5, 4920.0), (6, 4820.0)]),
    ],
)
def test_a_set_counts_from_its_day_on_and_a_corrected_file_takes_its_place(
    project: CompiledProject, raw: Raw, as_of: str, expected: list[tuple[int, float]]
) -> None:
    query = (
        "select day(observed_date), max(total_supply_coins) from marts.fct_cost_basis_distribution "
        f"where {OWN} group by observed_date order by observed_date"
    )
    assert project.ask(raw, query, as_of) == expected


def test_single_funds_leave_the_total_as_it_was(project: CompiledProject, raw: Raw) -> None:
    query = (
        "select session_date, flow_usd, flow_coins, month_to_date_usd, streak_sessions_count, vintages_count, status, "
        "flow_source, known_at, provenance from marts.fct_etf_flow_daily where fund = 'total' order by 1"
    )
    assert project.ask(raw | fund_flows(), query) == project.ask(raw, query)


def test_funds_have_months_and_streaks_of_their_own_and_a_part_is_no_total(project: CompiledProject, raw: Raw) -> None:
    flows = [
        *raw["sosovalue/etf_flow_totals"],
        stamp(etf_total(datetime(2026, 2, 4).date(), -544.9e6), datetime(2026, 2, 5, 13)),
    ]
    with project.materialise(
        raw | fund_flows() | {"sosovalue/etf_flow_totals": flows}, "2026-02-06 21:30:00"
    ) as connection:
        funds = connection.execute(
            "select fund, day(session_date), flow_usd / 1e6, streak_sessions_count, status "
            "from marts.fct_etf_flow_daily where fund <> 'total' order by all"
        ).fetchall()
        totals = connection.execute(
            "select day(session_date), funds_reported_count, is_every_fund_reported, round(funds_difference_usd) "
            "from marts.fct_etf_flow_daily where fund = 'total' and session_date >= '2026-02-02' order by 1"
        ).fetchall()
        assert project.failures(connection) == {}
    assert funds == [
        ("FBTC", 3, -332.0, None, "final"),
        ("FBTC", 4, -171.5, None, "final"),
        ("FBTC", 5, None, None, "provisional"),
        ("FBTC", 6, None, None, "provisional"),
        ("IBIT", 3, 60.0, None, "final"),
        ("IBIT", 4, -373.4, -1, "final"),
        ("IBIT", 5, -175.3, -2, "provisional"),
        ("IBIT", 6, None, None, "provisional"),
    ]
    assert totals == [
        (2, None, None, None),
        (3, 2, True, 0),
        (4, 2, True, 0),
        (5, 1, False, None),
        (6, None, None, None),
    ]


@pytest.mark.parametrize("moment", [datetime(2026, 2, 5, 12), datetime(2026, 2, 6, 11, 59)])
def test_funds_known_later_change_no_answer(project: CompiledProject, raw: Raw, moment: datetime) -> None:
    everything = raw | fund_flows()
    known = {key: [row for row in rows if row["known_at"] <= moment] for key, rows in everything.items()}
    query = "from marts.fct_etf_flow_daily order by session_date, fund"
    assert project.ask(everything, query, moment) == project.ask(known, query, moment)
