"""The data tests of the project see what they are for: each poison turns the named test red."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt.compiled_project import CompiledProject
from tests.dbt.raw_factory import Raw

NEVER = "9999-12-31 00:00:00"
PRICES, HOURS = "marts.fct_price_daily", "marts.fct_price_hourly"
OI_DAILY, OI_HOURLY = "marts.fct_open_interest_daily", "marts.fct_open_interest_hourly"
FLOWS, EPOCHS = "marts.fct_etf_flow_daily", "marts.fct_difficulty_epoch"
POISONS = [
    (PRICES, "is_final = true where hours_count = 23", "day_has_at_most_24_hours"),
    (PRICES, "low_price = high_price * 2 where day(observed_date) = 3", "prices_are_ordered"),
    (PRICES, "volume_coins = 'nan' where day(observed_date) = 3", "measures_are_finite"),
    (
        HOURS,
        "period_start_at = period_end_at where hour(period_start_at) = 7",
        "grain_is_unique",
    ),
    (HOURS, "asset = null where hour(period_start_at) = 7", "grain_is_complete"),
    (OI_HOURLY, "change_usd = change_usd + 100", "split_is_exact"),
    (OI_DAILY, "price_effect_usd = null", "split_is_exact"),
    (OI_DAILY, "coverage_ratio = 1.01", "coverage_is_a_share"),
    (FLOWS, "status = 'missing'", "missing_has_no_figures"),
    (FLOWS, "streak_sessions_count = -streak_sessions_count", "streak_has_the_sign_of_the_flow"),
    (EPOCHS, "start_height = 935429 where is_open", "start_is_a_retarget"),
    (EPOCHS, "change_ratio = -11.155", "change_is_what_consensus_allows"),
    (FLOWS, "funds_difference_usd = 0", "difference_is_of_all_funds"),
    ("marts.fct_hashprice_daily", "mined_coins = 0, hashprice_by_blocks_usd_per_ph_day = 0", "both_routes_agree"),
    ("marts.fct_hashprice_daily", "mean_fees_coins = null", "no_fees_is_no_hashprice"),
    ("marts.fct_difficulty_projection", "forecast_known_at = '2026-06-01'", "forecast_was_known_first"),
    ("marts.fct_difficulty_projection", "estimated_change_pct = -80", "change_is_what_consensus_allows"),
    ("marts.fct_miner_stress_daily", "stress_signs_count = known_signs_count + 1", "signs_are_at_most_four"),
    ("marts.fct_miner_breakeven_daily", "is_under_water = not is_under_water", "under_water_is_a_negative_gap"),
    ("marts.fct_valuation_daily", "supply_coins = 2.1e15", "supply_is_possible"),
    ("marts.fct_valuation_daily", "nupl_ratio = -nupl_ratio", "nupl_follows_from_mvrv"),
    ("marts.fct_cost_basis_distribution", "price_ceiling_usd = 0", "step_has_a_width"),
    ("marts.fct_cost_basis_cluster", "price_position = 'inside'", "inside_is_inside"),
    ("vintages.etf_flow", "known_to_at = '2020-01-01'", "only_the_newest_is_open"),
    (
        "vintages.etf_flow",
        "known_to_at = '2026-02-05' where not is_newest",
        "etf_flow__versions_follow",
    ),
    (
        "raw.sosovalue__etf_flow_totals",
        "session_date = '2026-02-07'",
        "stg_sosovalue__etf_flow_totals__sessions_exist",
    ),
]


@pytest.fixture(scope="module")
def warehouse(project: CompiledProject, raw: Raw) -> duckdb.DuckDBPyConnection:
    return project.materialise(raw, NEVER)


def test_a_sound_warehouse_passes(project: CompiledProject, warehouse: duckdb.DuckDBPyConnection) -> None:
    assert project.failures(warehouse) == {}


@pytest.mark.parametrize(("table", "change", "rule"), POISONS)
def test_a_poison_is_seen(
    project: CompiledProject, warehouse: duckdb.DuckDBPyConnection, table: str, change: str, rule: str
) -> None:
    warehouse.execute("begin")
    warehouse.execute(f"update {table} set {change}")
    failures = project.failures(warehouse)
    warehouse.execute("rollback")
    broken = {row[0] for rows in failures.values() for row in rows}
    assert rule in failures or rule in broken
