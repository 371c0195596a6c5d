"""The data tests of the project see what they are for: each poison turns the named test red."""

from __future__ import annotations

import duckdb
import pytest

from tests.dbt.compiled_project import NEVER, CompiledProject
from tests.dbt.raw_factory import Raw

PRICES, HOURS = "marts.fct_price_daily", "marts.fct_price_hourly"
OI_DAILY, OI_HOURLY = "marts.fct_open_interest_daily", "marts.fct_open_interest_hourly"
FUNDING, FLOW_SHARE = "marts.fct_funding_daily", "marts.fct_flow_share_daily"
FORCED, FORCED_HOURS = "marts.fct_liquidation_daily", "marts.fct_liquidation_hourly"
CASCADES = "marts.fct_liquidation_cascade"
QUADRANTS, EPISODES = "marts.fct_price_oi_quadrant_hourly", "marts.fct_deleveraging_episode"
SURFACE, QUALITY = "marts.fct_vol_surface", "marts.fct_option_quote_quality"
FLOWS, EPOCHS = "marts.fct_etf_flow_daily", "marts.fct_difficulty_epoch"
COMPOSITE, MOVES, LEVELS = "marts.fct_price_composite_daily", "marts.fct_price_move", "marts.fct_level_test"
CLAIMS = "marts.fct_claim_check"
DVOL, TERM = "marts.fct_implied_vol_index_daily", "marts.fct_vol_term_structure"
STRIKES, EXPIRIES = "marts.fct_option_open_interest", "marts.fct_option_expiry_open_interest"
CONDITIONS, RATES, SCORES = "marts.fct_condition_scoreboard", "marts.fct_base_rate", "marts.fct_probability_score"
POISONS = [
    (COMPOSITE, "close_price_usd = highest_close_price_usd + 1", "composite_lies_within_its_venues"),
    (COMPOSITE, "spread_bps = 0 where is_single_source", "one_venue_has_no_spread"),
    (MOVES, "gain_to_erase_ratio = -return_open_close_ratio", "fall_and_gain_to_erase_cancel"),
    (MOVES, "returns_count = 59", "score_rests_on_60_returns"),
    (LEVELS, "confirmed_at = null", "only_the_confirmed_counts"),
    (MOVES, "low_at = observed_date where resolution_minutes = 1440", "a_daily_candle_tells_no_time"),
    (LEVELS, "level_side = 'support' where level_kind = 'day_high'", "kind_and_state_are_named"),
    ("marts.fct_level_hold_daily", "is_held_7d = true", "longer_holds_are_rarer"),
    ("marts.fct_day_definition_fit", "low_error_usd = 0", "an_error_has_its_print"),
    ("marts.fct_day_definition_fit", "day_start_at = day_end_at", "offset_moves_the_day"),
    (PRICES, "is_final = true where hours_count = 23", "day_has_at_most_24_hours"),
    (PRICES, "low_price = high_price * 2 where day(observed_date) = 3", "prices_are_ordered"),
    (PRICES, "volume_coins = 'nan' where day(observed_date) = 3", "volume_coins_is_finite"),
    (PRICES, "volume_coins = -5 where day(observed_date) = 3", "volumes_are_not_negative"),
    (PRICES, "close_price = null where day(observed_date) = 3", "a_candle_is_whole"),
    (HOURS, "low_price = 0 where hour(period_start_at) = 7", "prices_are_ordered"),
    (OI_HOURLY, "open_interest_coins = -1 where venue = 'all'", "open_interest_is_positive"),
    (OI_DAILY, "open_interest_usd = null where venue = 'all'", "open_interest_is_positive"),
    (
        HOURS,
        "period_start_at = period_end_at where hour(period_start_at) = 7",
        "grain_is_unique",
    ),
    (HOURS, "asset = null where hour(period_start_at) = 7", "grain_is_complete"),
    (OI_HOURLY, "change_usd = change_usd + 100", "split_is_exact"),
    (OI_DAILY, "price_effect_usd = null", "split_is_exact"),
    (OI_DAILY, "coverage_ratio = 1.01", "coverage_is_a_share"),
    (FUNDING, "annualised_ratio = rate_8h_ratio * 365", "year_is_1095_intervals"),
    (FUNDING, "rate_8h_ratio = 0.5, annualised_ratio = 547.5", "rate_is_within_the_widest_cap"),
    (FUNDING, "is_below_neutral = false", "negative_is_below_neutral"),
    (FORCED, "long_usd = short_usd", "sides_add_up"),
    (FORCED, "is_lower_bound = false", "a_vendor_is_no_exchange"),
    (FORCED, "median_intensity_90d_ratio = 0.01", "what_is_usual_rests_on_30_days"),
    (FORCED_HOURS, "long_share_ratio = 1 - long_share_ratio", "share_is_of_longs"),
    (CASCADES, "end_detected_at = ended_at", "an_end_is_known_an_hour_later"),
    (CASCADES, "peak_at = ended_at", "times_are_ordered"),
    (FLOW_SHARE, "signed_perp_share_ratio = spot_share_ratio", "sizes_add_up_to_one"),
    (FLOW_SHARE, "spot_cvd_coins = 3 * spot_volume_coins", "flow_is_within_volume"),
    (OI_DAILY, "position_effect_coins = position_effect_coins + 1", "split_of_coins_is_exact"),
    (OI_DAILY, "open_interest_chained_coins = 1 where venue = 'cme'", "weekly_report_is_no_series"),
    (QUADRANTS, "quadrant = 'new_longs' where return_ratio < 0", "label_fits_the_signs"),
    (EPISODES, "trough_date = trough_so_far_date", "trough_is_known_only_when_closed"),
    (EPISODES, "detected_at = peak_date + interval 1 day", "nothing_is_detected_before_its_day_ended"),
    (EPISODES, "threshold_ratio = -0.07", "depth_is_what_the_rule_asks"),
    (EPISODES, "liquidations_usd = -1", "what_was_liquidated_has_its_days"),
    ("marts.fct_source_disagreement_daily", "universe = 'all'", "grain_is_unique"),
    ("marts.fct_deleveraging_daily", "is_in_episode = true where asset = 'BTC'", "an_episode_has_its_day"),
    (FLOWS, "status = 'missing'", "missing_has_no_figures"),
    (FLOWS, "streak_sessions_count = -streak_sessions_count", "streak_has_the_sign_of_the_flow"),
    (FLOWS, "flow_usd = 'nan' where flow_usd is not null", "flow_usd_is_finite"),
    (FLOWS, "session_date = '2024-01-05' where fund = 'total' and day(session_date) = 3", "no_flow_before_the_fund"),
    (FLOWS, "session_close_at = session_close_at + interval 1 day", "a_flow_is_known_after_its_close"),
    (EPOCHS, "difficulty = 125.86e12 where is_open", "a_header_can_say_it"),
    (EPOCHS, "difficulty = -1 where is_open", "difficulty_is_positive"),
    (EPOCHS, "start_height = 935429 where is_open", "start_is_a_retarget"),
    (EPOCHS, "change_ratio = -11.155", "change_is_what_consensus_allows"),
    (FLOWS, "funds_difference_usd = 0", "difference_is_of_all_funds"),
    ("marts.fct_hashprice_daily", "mined_coins = 0, hashprice_by_blocks_usd_per_ph_day = 0", "both_routes_agree"),
    ("marts.fct_hashprice_daily", "hashprice_sats_per_ph_day = 31", "sats_are_dollars_at_the_price"),
    ("marts.fct_hashprice_daily", "mean_fees_coins = null", "no_fees_is_no_hashprice"),
    ("marts.fct_difficulty_projection", "forecast_known_at = '2026-06-01'", "forecast_was_known_first"),
    ("marts.fct_difficulty_projection", "estimated_change_pct = -80", "change_is_what_consensus_allows"),
    ("marts.fct_miner_stress_daily", "stress_signs_count = known_signs_count + 1", "signs_are_at_most_four"),
    ("marts.fct_miner_breakeven_daily", "is_under_water = not is_under_water", "under_water_is_a_negative_gap"),
    ("marts.fct_valuation_daily", "supply_coins = 2.1e15", "supply_is_possible"),
    ("marts.fct_valuation_daily", "nupl_ratio = -nupl_ratio", "nupl_follows_from_mvrv"),
    ("marts.fct_cost_basis_distribution", "price_ceiling_usd = 0", "step_has_a_width"),
    ("marts.fct_cost_basis_distribution", "supply_source = 'both'", "source_is_known"),
    ("marts.fct_cost_basis_cluster", "price_position = 'inside'", "inside_is_inside"),
    (SURFACE, "rr25_vol_pct = -rr25_vol_pct", "reversal_is_call_minus_put"),
    (SURFACE, "put25_reason = null", "nothing_is_missing_without_a_reason"),
    (QUALITY, "stale_quotes_count = 1", "every_quote_is_counted_once"),
    (QUALITY, "hygiene_mode = 'mark_iv_only', no_bid_quotes_count = 1", "marks_are_not_asked_for_a_book"),
    (DVOL, "vswap_30d_own_vol_pct = null", "null_has_a_reason"),
    (DVOL, "dvol_change_vol_pct = dvol_change_ratio", "change_and_ratio_agree"),
    (STRIKES, "put_share_at_or_below_ratio = 0", "zones_hold_their_strikes"),
    (STRIKES, "gamma_unsigned_1pct_usd = -gamma_unsigned_1pct_usd", "gamma_has_no_sign"),
    (EXPIRIES, "max_pain_price = null", "open_positions_have_a_pain"),
    (EXPIRIES, "put_open_interest_coins = call_open_interest_coins", "sides_add_up"),
    (TERM, "is_inverted = true, inversion_decided_at = null", "a_state_was_decided"),
    (TERM, "forward_variance_14_30_ratio = 0", "variance_adds_up_to_the_month"),
    ("marts.fct_rebound_attribution", "return_ratio = 0", "share_is_of_the_return"),
    ("marts.fct_rebound_attribution", "is_identified = true", "a_reason_or_an_interval"),
    (CONDITIONS, "status = 'met' where margin < 0", "all_or_a_second_look"),
    (CONDITIONS, "margin = margin + 1, reason = 'none'", "margin_is_what_lacks"),
    (RATES, "rate_ratio = 0", "a_rate_has_its_count"),
    (RATES, "is_small_sample = false", "few_are_a_small_sample"),
    (SCORES, "resolves_at = stated_at", "stated_before_it_was_settled"),
    (SCORES, "brier_ratio = 0", "no_score_without_an_outcome"),
    ("marts.fct_cross_asset_beta", "beta_low_ratio = beta_ratio", "interval_is_symmetric"),
    ("marts.fct_cross_asset_lead_lag", "best_lag_minutes = 420", "lag_is_within_six_hours"),
    ("marts.dim_quoted_figure", "known_at = published_at, is_known_at_estimated = true", "estimate_is_the_end"),
    (CLAIMS, "evidence = 'reconstructed' where verdict = 'ties'", "reconstructed_rows_confirm_nothing"),
    (CLAIMS, "evidence = null where verdict = 'contradicted'", "a_verdict_has_evidence"),
    ("vintages.etf_flow", "known_to_at = '2020-01-01'", "only_the_newest_is_open"),
    ("marts.fct_asset_session_return", "bitcoin_close_at = close_at + interval 1 hour", "bitcoin_is_of_the_same_hour"),
    (
        "marts.fct_asset_session_return",
        "session_date = session_date - 1 where asset = 'XAU'",
        "session_is_named_by_its_close",
    ),
    ("marts.fct_cross_asset_correlation_daily", "pearson_high_ratio = pearson_ratio", "interval_holds_the_correlation"),
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
    schema, _, name = table.partition(".")
    failures = project.failures(warehouse, "" if schema == "raw" else name)
    warehouse.execute("rollback")
    broken = {row[0] for rows in failures.values() for row in rows}
    assert rule in failures or rule in broken
