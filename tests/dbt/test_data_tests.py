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
    (PRICES, "is_final = true where hours_count = 23", "fct_price_daily__rules_hold"),
    (PRICES, "low_price = high_price * 2 where day(observed_date) = 3", "fct_price_daily__rules_hold"),
    (PRICES, "volume_coins = 'nan' where day(observed_date) = 3", "fct_price_daily__measures_are_finite"),
    (
        HOURS,
        "period_start_at = period_end_at where hour(period_start_at) = 7",
        "fct_price_hourly__grain_is_unique",
    ),
    (HOURS, "asset = null where hour(period_start_at) = 7", "fct_price_hourly__grain_is_unique"),
    (OI_HOURLY, "change_usd = change_usd + 100", "fct_open_interest_hourly__split_is_exact"),
    (OI_DAILY, "price_effect_usd = null", "fct_open_interest_daily__split_is_exact"),
    (OI_DAILY, "coverage_ratio = 1.01", "fct_open_interest_daily__rules_hold"),
    (FLOWS, "status = 'missing'", "fct_etf_flow_daily__rules_hold"),
    (FLOWS, "streak_sessions_count = -streak_sessions_count", "fct_etf_flow_daily__rules_hold"),
    (EPOCHS, "start_height = 935429 where is_open", "fct_difficulty_epoch__start_is_a_retarget"),
    (EPOCHS, "change_ratio = -11.155", "fct_difficulty_epoch__rules_hold"),
    ("vintages.etf_flow", "known_to_at = '2020-01-01'", "etf_flow__rules_hold"),
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
    assert rule in failures
