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
_FUNDING, _FLOW_SHARE = "marts.fct_funding_daily", "marts.fct_flow_share_daily"
_FORCED, _FORCED_HOURS = "marts.fct_liquidation_daily", "marts.fct_liquidation_hourly"
_CASCADES = "marts.fct_liquidation_cascade"
_DISAGREEMENT = "marts.fct_source_disagreement_daily"
_QUADRANTS, _EPISODES = "marts.fct_price_oi_quadrant_hourly", "marts.fct_deleveraging_episode"
_DELEVERAGING = "marts.fct_deleveraging_daily"
_ETF, _EPOCHS = "marts.fct_etf_flow_daily", "marts.fct_difficulty_epoch"
_COMPOSITE_HOURS, _COMPOSITE_DAYS = "marts.fct_price_composite_hourly", "marts.fct_price_composite_daily"
_HOLDS = "marts.fct_level_hold_daily"
_MOVES, _LEVELS, _FITS = "marts.fct_price_move", "marts.fct_level_test", "marts.fct_day_definition_fit"
_HASHPRICE, _FORECASTS = "marts.fct_hashprice_daily", "marts.fct_difficulty_projection"
_BREAKEVEN, _STRESS = "marts.fct_miner_breakeven_daily", "marts.fct_miner_stress_daily"
_VALUATION = "marts.fct_valuation_daily"
_BETAS, _LAGS, _SHARES = (
    "marts.fct_cross_asset_beta",
    "marts.fct_cross_asset_lead_lag",
    "marts.fct_rebound_attribution",
)
_CONDITIONS, _RATES, _SCORES = (
    "marts.fct_condition_scoreboard",
    "marts.fct_base_rate",
    "marts.fct_probability_score",
)
_STEPS, _ZONES = "marts.fct_cost_basis_distribution", "marts.fct_cost_basis_cluster"
_SESSIONS, _CORRELATIONS = "marts.fct_asset_session_return", "marts.fct_cross_asset_correlation_daily"
_SURFACE, _QUOTES = "marts.fct_vol_surface", "marts.fct_option_quote_quality"
_DVOL, _TERM = "marts.fct_implied_vol_index_daily", "marts.fct_vol_term_structure"
_FIGURES, _CLAIMS = "marts.dim_quoted_figure", "marts.fct_claim_check"
_STRIKES, _EXPIRIES = "marts.fct_option_open_interest", "marts.fct_option_expiry_open_interest"

POISONS = {
    "beta of another unit": Poison("cross_asset_beta_of_stocks", "warn", f"update {_BETAS} set beta_ratio = 100"),
    "betas of two vendors apart": Poison(
        "cross_asset_beta_sources_agree", "warn", f"update {_BETAS} set beta_ratio = 0.9 where venue = 'fred'"
    ),
    "factors that are one": Poison("cross_asset_beta_inflated", "warn", f"update {_BETAS} set vif_ratio = 40"),
    "beta without provenance": Poison("cross_asset_beta_provenance", "fail", f"update {_BETAS} set provenance = null"),
    "correlation beyond one": Poison(
        "cross_asset_lead_lag_beyond_one", "warn", f"update {_LAGS} set best_lag_correlation_ratio = -1.2"
    ),
    "clock off by an hour": Poison(
        "cross_asset_lead_lag_whole_hours", "warn", f"update {_LAGS} set is_lag_clear_of_zero = true"
    ),
    "lag without provenance": Poison(
        "cross_asset_lead_lag_provenance", "fail", f"update {_LAGS} set provenance = 'guessed'"
    ),
    "share off the scale": Poison(
        "rebound_attribution_share_off_the_scale", "warn", f"update {_SHARES} set share_ratio = -2.5"
    ),
    "variants apart": Poison(
        "rebound_attribution_variants_apart", "warn", f"update {_SHARES} set share_ratio = 0.9 where variant = 'all'"
    ),
    "share without provenance": Poison(
        "rebound_attribution_provenance", "fail", f"update {_SHARES} set known_at = '2027-01-01'"
    ),
    "evidence gone quiet": Poison("condition_scoreboard_blind", "warn", f"update {_CONDITIONS} set status = 'unknown'"),
    "a condition on its threshold": Poison(
        "condition_scoreboard_restless",
        "warn",
        f"insert into {_CONDITIONS} select board.* replace (evaluated_at + to_hours(n::int) as evaluated_at, "
        f"evaluated_at + to_hours(n::int) as status_since_at) from {_CONDITIONS} as board, range(1, 7) as turns(n)",
    ),
    "condition without provenance": Poison(
        "condition_scoreboard_provenance", "fail", f"update {_CONDITIONS} set known_at = '2027-01-01'"
    ),
    "rates that hang on a threshold": Poison(
        "base_rate_sweep_apart", "warn", f"update {_RATES} set rate_ratio = 0.9 where fall_pct = 12"
    ),
    "rate without provenance": Poison("base_rate_provenance", "fail", f"update {_RATES} set provenance = null"),
    "worse than a coin": Poison(
        "probability_score_worse_than_one_half", "warn", f"update {_SCORES} set kind_mean_brier_ratio = 0.4"
    ),
    "score without provenance": Poison(
        "probability_score_provenance", "fail", f"update {_SCORES} set provenance = 'guessed'"
    ),
    "sources of another unit": Poison(
        "source_disagreement_is_another_unit",
        "fail",
        f"update {_DISAGREEMENT} set range_ratio = 999 where observed_date = '2026-02-05'",
    ),
    "disputed flow": Poison(
        "source_disagreement_disputed",
        "warn",
        f"update {_DISAGREEMENT} set is_disputed = true where observed_date = '2026-02-05'",
    ),
    "disagreement without provenance": Poison(
        "source_disagreement_provenance", "fail", f"update {_DISAGREEMENT} set provenance = null"
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
    "positions halve in a day": Poison(
        "open_interest_daily_big_change",
        "warn",
        f"update {_OI_DAYS} set change_coins = -open_interest_coins where observed_date = '2026-02-05'",
    ),
    "another set of venues": Poison(
        "open_interest_daily_same_venues",
        "warn",
        f"update {_OI_DAYS} set venue_set_hash = 'other' where observed_date >= '2026-02-05' and venue = 'all'",
    ),
    "hours without a label": Poison(
        "price_oi_quadrant_hourly_labelled", "warn", f"update {_QUADRANTS} set quadrant = null"
    ),
    "label without a source": Poison(
        "price_oi_quadrant_hourly_provenance", "fail", f"update {_QUADRANTS} set provenance = null"
    ),
    "an episode a day": Poison(
        "deleveraging_episode_rare",
        "warn",
        f"insert into {_EPISODES} select episodes.* replace (detected_date + n::integer as detected_date) "
        f"from {_EPISODES} as episodes, range(1, 5) as days(n)",
    ),
    "everything closed": Poison("deleveraging_episode_depth", "warn", f"update {_EPISODES} set depth_ratio = -0.7"),
    "episode from the future": Poison(
        "deleveraging_episode_provenance", "fail", f"update {_EPISODES} set known_at = '2026-12-01'"
    ),
    "marked far from spot": Poison(
        "deleveraging_daily_price_agrees_with_mark",
        "warn",
        f"update {_DELEVERAGING} set close_price_usd = close_price_usd * 1.04 where observed_date = '2026-02-05'",
    ),
    "price of other days": Poison(
        "deleveraging_daily_both_halves",
        "warn",
        f"update {_DELEVERAGING} set close_price_usd = if(day(observed_date) % 2 = 0, close_price_usd, null), "
        "open_interest_coins = if(day(observed_date) % 2 = 0, null, open_interest_coins)",
    ),
    "day without a source": Poison(
        "deleveraging_daily_provenance", "fail", f"update {_DELEVERAGING} set provenance = 'guessed'"
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
    "funding of the caps": Poison(
        "funding_daily_implausible_rate",
        "warn",
        f"update {_FUNDING} set rate_8h_ratio = 0.03 where observed_date = '2026-02-05' and venue = 'binance'",
    ),
    "funding in percent": Poison(
        "funding_daily_unit_agrees_between_venues",
        "fail",
        f"update {_FUNDING} set rate_8h_ratio = rate_8h_ratio * 100 where venue = 'binance'",
    ),
    "funding without provenance": Poison(
        "funding_daily_provenance", "fail", f"update {_FUNDING} set provenance = null where venue = 'all'"
    ),
    "sides swapped by the hour": Poison(
        "liquidation_hourly_falls_close_longs",
        "fail",
        f"update {_FORCED_HOURS} set long_usd = short_usd, short_usd = long_usd",
    ),
    "hour of liquidations from the future": Poison(
        "liquidation_hourly_provenance", "fail", f"update {_FORCED_HOURS} set known_at = '2026-02-14'"
    ),
    "sides swapped by the day": Poison(
        "liquidation_daily_falls_close_longs",
        "fail",
        f"update {_FORCED} set long_usd = short_usd, short_usd = 2 * long_usd",
    ),
    "a third of all positions liquidated": Poison(
        "liquidation_daily_big_intensity",
        "warn",
        f"update {_FORCED} set intensity_ratio = 0.33 where observed_date = '2026-02-05'",
    ),
    "liquidations of invented provenance": Poison(
        "liquidation_daily_provenance", "fail", f"update {_FORCED} set provenance = 'guessed'"
    ),
    "cascade of a third of all positions": Poison(
        "liquidation_cascade_big_intensity", "warn", f"update {_CASCADES} set intensity_ratio = 0.33"
    ),
    "cascade without provenance": Poison(
        "liquidation_cascade_provenance", "fail", f"update {_CASCADES} set known_at = null"
    ),
    "USDT off the dollar": Poison(
        "flow_share_daily_usdt_off_the_dollar",
        "warn",
        f"update {_FLOW_SHARE} set usd_per_usdt_ratio = 0.99 where observed_date = '2026-02-05'",
    ),
    "basis in the wrong unit": Poison(
        "flow_share_daily_wide_premium",
        "warn",
        f"update {_FLOW_SHARE} set basis_mean_bps = -300 where observed_date = '2026-02-05'",
    ),
    "flow without provenance": Poison(
        "flow_share_daily_provenance", "fail", f"update {_FLOW_SHARE} set provenance = null"
    ),
    "venues apart for an hour": Poison(
        "price_composite_hourly_disputed",
        "warn",
        f"update {_COMPOSITE_HOURS} set is_disputed = true where period_start_at = '2026-02-05 20:00'",
    ),
    "one venue by the hour": Poison(
        "price_composite_hourly_single_source", "warn", f"update {_COMPOSITE_HOURS} set is_single_source = true"
    ),
    "composite hour from the future": Poison(
        "price_composite_hourly_provenance", "fail", f"update {_COMPOSITE_HOURS} set known_at = '2026-02-14'"
    ),
    "venues apart at midnight": Poison(
        "price_composite_daily_disputed",
        "warn",
        f"update {_COMPOSITE_DAYS} set is_disputed = true where observed_date = '2026-02-05'",
    ),
    "one venue by the day": Poison(
        "price_composite_daily_single_source", "warn", f"update {_COMPOSITE_DAYS} set is_single_source = true"
    ),
    "composite day without provenance": Poison(
        "price_composite_daily_provenance", "fail", f"update {_COMPOSITE_DAYS} set provenance = null"
    ),
    "a gap where nothing closes": Poison(
        "price_move_gap", "warn", f"update {_MOVES} set gap_ratio = -0.01 where observed_date = '2026-02-05'"
    ),
    "six and a half deviations": Poison(
        "price_move_extreme_day",
        "warn",
        f"update {_MOVES} set return_z_ratio = -6.5 where observed_date = '2026-02-05'",
    ),
    "move of invented provenance": Poison(
        "price_move_provenance", "fail", f"update {_MOVES} set provenance = 'guessed'"
    ),
    "hours too coarse for the band": Poison(
        "level_test_ambiguous", "warn", f"update {_LEVELS} set is_intrabar_ambiguous = true"
    ),
    "level test without provenance": Poison(
        "level_test_provenance", "fail", f"update {_LEVELS} set known_at = null where state = 'lost'"
    ),
    "holds of too few hours": Poison(
        "level_hold_daily_hours_missing", "warn", f"update {_HOLDS} set is_held_3d = null"
    ),
    "hold without provenance": Poison("level_hold_daily_provenance", "fail", f"update {_HOLDS} set provenance = null"),
    "a close that fits by chance": Poison(
        "day_definition_fit_another_day_over_all",
        "warn",
        f"update {_FITS} set all_days_fit_rank = 3 - all_days_fit_rank",
    ),
    "figures of no day": Poison("day_definition_fit_poor", "warn", f"update {_FITS} set error_usd = 9000"),
    "fit without provenance": Poison("day_definition_fit_provenance", "fail", f"update {_FITS} set provenance = null"),
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
    "coins of one's own set without a price": Poison(
        "cost_basis_distribution_adds_up",
        "warn",
        f"update {_STEPS} set coverage_ratio = 0.994 where supply_source = 'utxo.unspent_outputs'",
    ),
    "coins at other prices than the vendor's": Poison(
        "cost_basis_distribution_sources_agree",
        "warn",
        f"update {_STEPS} set price_floor_usd = price_floor_usd + 4000, price_ceiling_usd = price_ceiling_usd + 4000, "
        "realised_cap_usd = realised_cap_usd + 4000 * supply_coins where supply_source = 'utxo.unspent_outputs'",
    ),
    "more coins than the vendor's": Poison(
        "cost_basis_distribution_sources_agree",
        "warn",
        f"update {_STEPS} set total_supply_coins = 1.006 * total_supply_coins "
        "where supply_source = 'utxo.unspent_outputs'",
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
    "a venue a session off": Poison(
        "asset_session_return_venues_apart",
        "warn",
        f"update {_SESSIONS} set return_ratio = -return_ratio where venue = 'fred'",
    ),
    "silver of another day": Poison(
        "asset_session_return_metal_follows_its_fund",
        "warn",
        f"insert into {_SESSIONS} select sessions.* replace (metals.asset as asset, 'yahoo' as venue, "
        "if(metals.asset = 'XAG' and session_date = '2026-02-05', -0.31, return_ratio) as return_ratio) "
        f"from {_SESSIONS} as sessions, (values ('XAG'), ('SLV')) as metals(asset) where venue = 'yahoo'",
    ),
    "sessions without bitcoin": Poison(
        "asset_session_return_unmarked", "warn", f"update {_SESSIONS} set bitcoin_reason = 'no_bitcoin_at_close'"
    ),
    "session without provenance": Poison(
        "asset_session_return_provenance", "fail", f"update {_SESSIONS} set provenance = null"
    ),
    "label off": Poison("cross_asset_correlation_misdated", "warn", f"update {_CORRELATIONS} set is_misdated = true"),
    "ranks that disagree": Poison(
        "cross_asset_correlation_ranks_disagree", "warn", f"update {_CORRELATIONS} set spearman_ratio = -0.2"
    ),
    "correlation without provenance": Poison(
        "cross_asset_correlation_provenance", "fail", f"update {_CORRELATIONS} set provenance = null"
    ),
    "surface as a fraction": Poison(
        "vol_surface_level_is_plausible", "warn", f"update {_SURFACE} set atm_iv_vol_pct = 0.7"
    ),
    "an hour of two markets": Poison(
        "vol_surface_fits_the_trades", "warn", f"update {_SURFACE} set fit_rmse_vol_pct = 4.5"
    ),
    "surface of marks": Poison(
        "vol_surface_rests_on_quotes", "warn", f"update {_SURFACE} set hygiene_mode = 'mark_iv_only'"
    ),
    "surface without provenance": Poison("vol_surface_provenance", "fail", f"update {_SURFACE} set provenance = null"),
    "a book that went away": Poison(
        "option_quotes_are_usable", "warn", f"update {_QUOTES} set usable_quotes_count = 3"
    ),
    "marks that pay": Poison(
        "option_quotes_have_no_arbitrage", "warn", f"update {_QUOTES} set butterfly_arbitrages_count = 9"
    ),
    "quotes of tomorrow": Poison(
        "option_quote_quality_provenance", "fail", f"update {_QUOTES} set known_at = '2026-03-01'"
    ),
    "strip with holes": Poison(
        "implied_vol_index_daily_own_near_dvol",
        "warn",
        f"update {_DVOL} set vswap_less_dvol_vol_pct = -12 where observed_date = '2026-02-05'",
    ),
    "index of another coin": Poison(
        "implied_vol_index_daily_jump",
        "warn",
        f"update {_DVOL} set dvol_change_ratio = 1.4 where observed_date = '2026-02-05'",
    ),
    "index as a fraction": Poison(
        "implied_vol_index_daily_unit", "warn", f"update {_DVOL} set dvol_close_vol_pct = 0.55"
    ),
    "index without provenance": Poison(
        "implied_vol_index_daily_provenance", "fail", f"update {_DVOL} set provenance = null"
    ),
    "quote off the smile": Poison(
        "option_open_interest_probability_rises",
        "warn",
        f"update {_STRIKES} set probability_below_ratio = 0.9 where strike_price = 60000",
    ),
    "smile too steep": Poison(
        "option_open_interest_arbitrage", "warn", f"update {_STRIKES} set probability_reason = 'arbitrage'"
    ),
    "strike without provenance": Poison(
        "option_open_interest_provenance", "fail", f"update {_STRIKES} set provenance = null"
    ),
    "contracts for coins": Poison(
        "option_expiry_open_interest_day_change",
        "warn",
        f"update {_EXPIRIES} set call_change_24h_coins = -445500 where day(snapshot_at) = 5",
    ),
    "half of a chain": Poison(
        "option_expiry_open_interest_one_sided", "warn", f"update {_EXPIRIES} set one_sided_strikes_count = 3"
    ),
    "expiry from the future": Poison(
        "option_expiry_open_interest_provenance", "fail", f"update {_EXPIRIES} set known_at = '2026-03-01'"
    ),
    "variance that falls": Poison(
        "vol_term_structure_calendar_arbitrage", "warn", f"update {_TERM} set is_calendar_arbitrage = true"
    ),
    "two months of one coin": Poison(
        "vol_term_structure_venues_agree", "warn", f"update {_TERM} set atm_30d_vol_pct = 80 where venue = 'derive'"
    ),
    "week of another expiry": Poison(
        "vol_term_structure_slope_is_extreme", "warn", f"update {_TERM} set slope_7_30_vol_pct = 60"
    ),
    "term structure without provenance": Poison(
        "vol_term_structure_provenance", "fail", f"update {_TERM} set provenance = null"
    ),
    "digit too many": Poison(
        "quoted_figure_publishers_far_apart", "warn", f"update {_FIGURES} set value = 7e5 where role = 'checks_article'"
    ),
    "figure from the future": Poison(
        "quoted_figure_provenance", "fail", f"update {_FIGURES} set known_at = '2026-03-01'"
    ),
    "claim of another unit": Poison(
        "claim_check_off_by_a_factor",
        "warn",
        f"update {_CLAIMS} set verdict = 'contradicted', evidence_value = 71430e6 where claim_id = 12",
    ),
    "claims without evidence": Poison(
        "claim_check_nothing_can_be_told",
        "warn",
        f"update {_CLAIMS} set verdict = 'unverifiable', evidence = null, evidence_value = null, error = null",
    ),
    "claim without provenance": Poison("claim_check_provenance", "fail", f"update {_CLAIMS} set provenance = null"),
}
