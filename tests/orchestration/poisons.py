"""Ways to spoil a good warehouse, each with the rule that must notice and how hard it must react."""

from __future__ import annotations

from typing import NamedTuple


class Poison(NamedTuple):
    """`sql` runs on the finished marts; `status` is what `rule_id` must then say."""

    rule_id: str
    status: str
    sql: str


_HOURS, _DAYS = "marts.fct_price_hourly", "marts.fct_price_daily"
_OI_HOURS, _OI_DAYS = "marts.fct_open_interest_hourly", "marts.fct_open_interest_daily"
_ETF, _EPOCHS = "marts.fct_etf_flow_daily", "marts.fct_difficulty_epoch"
_HASHPRICE, _FORECASTS = "marts.fct_hashprice_daily", "marts.fct_difficulty_projection"
_BREAKEVEN, _STRESS = "marts.fct_miner_breakeven_daily", "marts.fct_miner_stress_daily"
_VALUATION = "marts.fct_valuation_daily"
_STEPS, _ZONES = "marts.fct_cost_basis_distribution", "marts.fct_cost_basis_cluster"

POISONS = {
    "NaN price": Poison(
        "price_hourly_finite",
        "fail",
        f"update {_HOURS} set close_price = 'nan' where period_start_at = '2026-02-05 20:00'",
    ),
    "infinite volume": Poison(
        "price_daily_finite",
        "fail",
        f"update {_DAYS} set volume_coins = 'inf' where observed_date = '2026-02-05'",
    ),
    "no price": Poison(
        "price_daily_finite",
        "fail",
        f"update {_DAYS} set close_price = null where observed_date = '2026-02-05'",
    ),
    "negative price": Poison(
        "price_hourly_positive",
        "fail",
        f"update {_HOURS} set low_price = -1 where period_start_at = '2026-02-05 20:00'",
    ),
    "zero price": Poison(
        "price_daily_positive", "fail", f"update {_DAYS} set low_price = 0 where observed_date = '2026-02-05'"
    ),
    "negative volume": Poison(
        "price_hourly_positive",
        "fail",
        f"update {_HOURS} set volume_coins = -5 where period_start_at = '2026-02-05 20:00'",
    ),
    "dropped day": Poison(
        "price_daily_no_gap",
        "warn",
        f"delete from {_DAYS} where observed_date = '2026-02-03';"
        f"delete from {_HOURS} where cast(period_start_at as date) = '2026-02-03'",
    ),
    "day missing at the end": Poison(
        "open_interest_daily_no_gap", "warn", f"delete from {_OI_DAYS} where observed_date = '2026-02-12'"
    ),
    "dropped hours": Poison(
        "price_hourly_no_gap",
        "warn",
        f"delete from {_HOURS} where period_start_at between '2026-02-05 03:00' and '2026-02-05 07:00'",
    ),
    "dropped hours of open interest": Poison(
        "open_interest_hourly_no_gap",
        "warn",
        f"delete from {_OI_HOURS} where period_start_at = '2026-02-05 03:00'",
    ),
    "most days gone": Poison(
        "price_daily_coverage",
        "fail",
        f"delete from {_DAYS} where observed_date between '2026-01-29' and '2026-02-09'",
    ),
    "most hours gone": Poison(
        "price_hourly_coverage",
        "fail",
        f"delete from {_HOURS} where extract(hour from period_start_at) between 1 and 20",
    ),
    "most days of open interest gone": Poison(
        "open_interest_daily_coverage",
        "fail",
        f"delete from {_OI_DAYS} where observed_date between '2026-01-29' and '2026-02-09'",
    ),
    "most hours of open interest gone": Poison(
        "open_interest_hourly_coverage",
        "fail",
        f"delete from {_OI_HOURS} where extract(hour from period_start_at) < 16",
    ),
    "empty table": Poison("open_interest_hourly_not_empty", "fail", f"delete from {_OI_HOURS}"),
    "empty flows": Poison("etf_flow_not_empty", "fail", f"delete from {_ETF}"),
    "no versions": Poison("etf_flow_vintages_not_empty", "fail", "delete from vintages.etf_flow"),
    "flat feed": Poison(
        "price_hourly_not_stale",
        "warn",
        f"update {_HOURS} set volume_coins = 0, high_price = low_price "
        "where period_start_at between '2026-02-05 03:00' and '2026-02-05 06:00'",
    ),
    "coins become contracts of 0.001": Poison(
        "open_interest_hourly_unit_agrees_with_spot",
        "fail",
        f"update {_OI_HOURS} set open_interest_coins = open_interest_coins * 1000 "
        "where period_start_at >= '2026-02-08'",
    ),
    "USD becomes thousands of USD": Poison(
        "open_interest_hourly_unit_agrees_with_spot",
        "fail",
        f"update {_OI_HOURS} set open_interest_usd = open_interest_usd / 1000",
    ),
    "USD becomes another currency": Poison(
        "open_interest_hourly_unit_agrees_with_spot",
        "fail",
        f"update {_OI_HOURS} set open_interest_usd = open_interest_usd * 1.08 where period_start_at >= '2026-02-08'",
    ),
    "one dislocated hour": Poison(
        "open_interest_hourly_mark_near_spot",
        "warn",
        f"update {_OI_HOURS} set open_interest_usd = open_interest_usd * 0.95 "
        "where period_start_at = '2026-02-05 20:00'",
    ),
    "coins and USD x1000 from a day on": Poison(
        "open_interest_hourly_scale_holds",
        "fail",
        f"update {_OI_HOURS} set open_interest_coins = open_interest_coins * 1000, "
        "open_interest_usd = open_interest_usd * 1000 "
        "where period_start_at >= '2026-02-08'",
    ),
    "coins and USD x1000 throughout": Poison(
        "open_interest_daily_scale_agrees_with_volume",
        "fail",
        f"update {_OI_DAYS} set open_interest_coins = open_interest_coins * 1000, "
        "open_interest_usd = open_interest_usd * 1000",
    ),
    "negative open interest": Poison(
        "open_interest_daily_positive",
        "fail",
        f"update {_OI_DAYS} set open_interest_coins = -1 where observed_date = '2026-02-05'",
    ),
    "NaN open interest": Poison(
        "open_interest_hourly_finite",
        "fail",
        f"update {_OI_HOURS} set open_interest_usd = 'nan' where period_start_at = '2026-02-05 20:00'",
    ),
    "positions halve in a day": Poison(
        "open_interest_daily_big_change",
        "warn",
        f"update {_OI_DAYS} set change_coins = -open_interest_coins where observed_date = '2026-02-05'",
    ),
    "NaN flow": Poison(
        "etf_flow_finite", "fail", f"update {_ETF} set flow_usd = 'nan' where session_date = '2026-02-05'"
    ),
    "flows in cents": Poison(
        "etf_flow_unit_agrees_with_assets", "fail", f"update {_ETF} set flow_usd = flow_usd * 1000"
    ),
    "session without a print": Poison(
        "etf_flow_missing_sessions",
        "warn",
        f"update {_ETF} set flow_usd = null, status = 'missing', known_at = null, provenance = null "
        "where session_date = '2026-02-05'",
    ),
    "hardly any prints": Poison(
        "etf_flow_coverage",
        "fail",
        f"update {_ETF} set flow_usd = null, status = 'missing' where session_date > '2026-01-30'",
    ),
    "running total jumps": Poison(
        "etf_flow_cumulative_continues",
        "warn",
        f"update {_ETF} set cumulative_flow_usd = cumulative_flow_usd + 5e7 where session_date >= '2026-02-05'",
    ),
    "restatement turns the sign": Poison(
        "etf_flow_vintages_restated",
        "warn",
        "update vintages.etf_flow set flow_usd = -flow_usd where session_date = '2026-02-05' and not is_newest",
    ),
    "difficulty off": Poison(
        "difficulty_epoch_change_fits_duration",
        "warn",
        f"update {_EPOCHS} set difficulty = difficulty * 1.2 where is_open",
    ),
    "negative difficulty": Poison(
        "difficulty_epoch_positive", "fail", f"update {_EPOCHS} set difficulty = -1 where is_open"
    ),
    "retarget missing": Poison("difficulty_epoch_no_gap", "warn", f"delete from {_EPOCHS} where start_height = 933408"),
    "row without provenance": Poison(
        "price_daily_provenance",
        "fail",
        f"update {_DAYS} set provenance = null where observed_date = '2026-02-05'",
    ),
    "invented provenance": Poison(
        "difficulty_epoch_provenance", "fail", f"update {_EPOCHS} set provenance = 'guessed'"
    ),
    "print without a source": Poison(
        "etf_flow_provenance", "fail", f"update {_ETF} set known_at = null where session_date = '2026-02-05'"
    ),
    "known in the future": Poison(
        "open_interest_hourly_provenance",
        "fail",
        f"update {_OI_HOURS} set known_at = '2026-02-14' where period_start_at = '2026-02-05 20:00'",
    ),
    "version from the future": Poison(
        "etf_flow_vintages_known",
        "fail",
        "update vintages.etf_flow set known_from_at = '2026-03-01' where is_newest",
    ),
    "hashprice of another unit": Poison(
        "hashprice_daily_big_move",
        "warn",
        f"update {_HASHPRICE} set hashprice_without_fees_usd_per_ph_day = 0.03 where observed_date = '2026-02-05'",
    ),
    "fees of few days": Poison(
        "hashprice_daily_fees",
        "warn",
        f"update {_HASHPRICE} set mean_fees_coins = null where observed_date > '2026-02-01'",
    ),
    "fees in satoshi": Poison(
        "hashprice_daily_fees_share",
        "warn",
        f"update {_HASHPRICE} set mean_fees_coins = 3e6 where observed_date = '2026-02-05'",
    ),
    "blocks of another difficulty": Poison(
        "hashprice_daily_routes_agree", "warn", f"update {_HASHPRICE} set hashprice_by_blocks_usd_per_ph_day = 35"
    ),
    "hashprice without provenance": Poison(
        "hashprice_daily_provenance",
        "fail",
        f"update {_HASHPRICE} set provenance = null where observed_date = '2026-02-05'",
    ),
    "late forecast far off": Poison(
        "difficulty_projection_late_error",
        "warn",
        f"update {_FORECASTS} set progress_pct = 99, error_pct = 12 where cast(forecast_at as date) = '2026-02-06'",
    ),
    "forecasts of other blocks": Poison(
        "difficulty_projection_methods_agree",
        "warn",
        f"update {_FORECASTS} set estimated_change_pct = 20 where forecast_method = 'naive_pace'",
    ),
    "forecast without provenance": Poison(
        "difficulty_projection_provenance", "fail", f"update {_FORECASTS} set provenance = null"
    ),
    "no machine earns its power": Poison(
        "miner_breakeven_everything_under_water",
        "warn",
        f"update {_BREAKEVEN} set is_under_water = true where observed_date = '2026-02-05'",
    ),
    "breakeven from the future": Poison(
        "miner_breakeven_daily_provenance", "fail", f"update {_BREAKEVEN} set known_at = '2026-03-01'"
    ),
    "hashrate in another unit": Poison(
        "miner_stress_hashrate_jump",
        "warn",
        f"update {_STRESS} set hashrate_eh_s = 1e6 where observed_date = '2026-02-05'",
    ),
    "no sign known": Poison("miner_stress_signs_unknown", "warn", f"update {_STRESS} set known_signs_count = 0"),
    "stress without provenance": Poison(
        "miner_stress_daily_provenance", "fail", f"update {_STRESS} set provenance = null"
    ),
    "two realised prices": Poison(
        "valuation_daily_sources_agree", "warn", f"update {_VALUATION} set is_disputed = true"
    ),
    "realised price of another coin": Poison(
        "valuation_daily_realised_jump",
        "warn",
        f"update {_VALUATION} set realised_price_usd = 2000 where observed_date = '2026-02-05'",
    ),
    "valuation without provenance": Poison(
        "valuation_daily_provenance", "fail", f"update {_VALUATION} set provenance = null"
    ),
    "step lost": Poison(
        "cost_basis_distribution_adds_up",
        "warn",
        f"update {_STEPS} set coverage_ratio = 0.9 where observed_date = '2026-02-05'",
    ),
    "cost outside its step": Poison(
        "cost_basis_distribution_cost_in_step",
        "warn",
        f"update {_STEPS} set realised_cap_usd = 2 * realised_cap_usd where price_floor_usd = 70000",
    ),
    "step without provenance": Poison(
        "cost_basis_distribution_provenance", "fail", f"update {_STEPS} set provenance = null"
    ),
    "zone of half of all coins": Poison(
        "cost_basis_cluster_too_wide", "warn", f"update {_ZONES} set share_ratio = 0.6"
    ),
    "price of the source alone": Poison(
        "cost_basis_cluster_price_agrees", "warn", f"update {_ZONES} set price_source = 'bitview.urpd'"
    ),
    "zone without provenance": Poison(
        "cost_basis_cluster_provenance", "fail", f"update {_ZONES} set provenance = null"
    ),
    "funds that do not add up": Poison(
        "etf_flow_funds_add_up", "warn", f"update {_ETF} set funds_difference_usd = 9e7"
    ),
}
