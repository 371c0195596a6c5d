-- The tables of good_warehouse.py, which binds first, last and days. Figures are invented.
create schema marts;
create schema vintages;

create temp table hours as
with closes(day, price) as (
    values (0, 88000.0), (1, 84500.0), (2, 84000.0), (3, 79000.0), (4, 77000.0), (5, 78500.0), (6, 76000.0),
        (7, 73000.0), (8, 62800.0), (9, 70300.0), (10, 69500.0), (11, 70200.0), (12, 70000.0), (13, 68900.0),
        (14, 67100.0), (15, 66300.0), (16, 66000.0)
),
steps as (
    select a.day * 24 + h.hour as n, a.price + (b.price - a.price) * h.hour / 24 as open_price,
        a.price + (b.price - a.price) * (h.hour + 1) / 24 as close_price
    from closes as a join closes as b on b.day = a.day + 1, range(24) as h(hour)
)
select $first::timestamp + to_hours(cast(n as integer)) as period_start_at, 'BTC' as asset, 'binance' as venue,
    'USDT' as quote_currency, open_price, greatest(open_price, close_price) * 1.002 as high_price,
    least(open_price, close_price) * 0.998 as low_price, close_price,
    1200.0 + 40 * (n % 24) as volume_coins, (1200.0 + 40 * (n % 24)) * close_price as volume_quote,
    cast(90000 + n as bigint) as trades_count, 0.45 + 0.01 * (n % 10) as taker_buy_ratio,
    close_price / lag(close_price) over (order by n) - 1 as return_ratio,
    $first::timestamp + to_hours(cast(n + 1 as integer)) as period_end_at, true as is_final,
    date_trunc('day', $first::timestamp + to_hours(cast(n as integer))) + interval 32 hour as known_at,
    'measured' as provenance
from steps where n < $days * 24;

create table marts.fct_price_hourly as select * from hours;

create table marts.fct_price_daily as
with days as (
    select cast(period_start_at as date) as observed_date, asset, venue, quote_currency,
        arg_min(open_price, period_start_at) as open_price, max(high_price) as high_price, min(low_price) as low_price,
        arg_max(close_price, period_start_at) as close_price, sum(volume_coins) as volume_coins,
        sum(volume_quote) as volume_quote, cast(sum(trades_count) as bigint) as trades_count,
        avg(taker_buy_ratio) as taker_buy_ratio, arg_min(period_start_at, low_price) as low_at,
        arg_max(period_start_at, high_price) as high_at, count(*) as hours_count, max(known_at) as known_at,
        max(provenance) as provenance
    from hours group by all
)
select *, close_price / open_price - 1 as return_open_close_ratio,
    close_price / lag(close_price) over w - 1 as return_close_close_ratio,
    ln(close_price / lag(close_price) over w) as log_return_close_close_ratio,
    close_price / max(close_price) over (order by observed_date) - 1 as drawdown_close_ratio,
    low_price / max(high_price) over (order by observed_date) - 1 as drawdown_intraday_ratio,
    hours_count / 24 as coverage_ratio, hours_count = 24 as is_final
from days window w as (order by observed_date);

create table marts.fct_open_interest_hourly as
with venues as (
    select h.period_start_at, h.asset, v.venue, h.period_end_at, h.close_price * 1.0004 as mark_price_usd,
        95000.0 - 40 * row_number() over (partition by v.venue order by period_start_at) as open_interest_coins,
        h.known_at, h.provenance
    from hours as h, (values ('binance'), ('all')) as v(venue)
)
select *, open_interest_coins * mark_price_usd as open_interest_usd,
    open_interest_coins - lag(open_interest_coins) over w as change_coins,
    open_interest_coins * mark_price_usd - lag(open_interest_coins * mark_price_usd) over w as change_usd,
    0.0 as position_effect_usd, 0.0 as price_effect_usd, period_end_at as snapshot_at, 1.0::double as coverage_ratio,
    1::bigint as venues_count, 'c6b1e0a09d5d5b2a' as venue_set_hash, 'usdt_at_par' as usd_basis,
    open_interest_coins as open_interest_chained_coins, 0.0 as position_effect_coins, 0.0 as price_effect_coins,
    0.0 as change_coins_ratio, 0.0 as change_usd_ratio, 0.0 as position_effect_coins_ratio, 1.0 as linked_ratio,
    if(venue = 'all', null, 'five_minutes') as sampling, true as is_single_source
from venues window w as (partition by venue order by period_start_at);

create table marts.fct_open_interest_daily as
select cast(period_start_at as date) as observed_date, * exclude (period_start_at, period_end_at)
from marts.fct_open_interest_hourly where extract(hour from period_start_at) = 23;

create table marts.fct_price_oi_quadrant_hourly as
select o.period_start_at, o.asset, o.period_end_at, 'flat' as quadrant, 'flat' as quadrant_by_usd,
    p.close_price / lag(p.close_price) over (order by p.period_start_at) - 1 as return_ratio,
    o.position_effect_coins_ratio, o.change_usd_ratio, 0.001 as price_band_ratio, 0.002 as open_interest_band_ratio,
    o.linked_ratio, o.venues_count, o.is_single_source, o.known_at, o.provenance
from marts.fct_open_interest_hourly as o join marts.fct_price_hourly as p using (period_start_at, asset)
where o.venue = 'all';

create table marts.fct_deleveraging_episode as
select 'BTC' as asset, 'fixed_8_pct' as threshold_rule, date '2026-02-06' as detected_date, date '2026-02-05' as peak_date,
    date '2026-02-08' as trough_so_far_date, null::date as trough_date, null::date as closed_date,
    timestamp '2026-02-07 08:00:00' as detected_at, null::timestamp as trough_known_at, null as close_reason,
    'mild' as severity, -0.08 as threshold_ratio, 357200.0 as peak_coins, 306000.0 as trough_so_far_coins, -51200.0 as depth_coins,
    306.0 / 357.2 - 1 as depth_ratio, -3.5e9 as depth_usd, -3.0e9 as position_effect_usd, -0.5e9 as price_effect_usd,
    1 / 7 as price_effect_share_ratio, 0 as unlinked_days, 1.6e9 as liquidations_usd,
    3 as liquidations_days, true as is_open, true as is_single_source,
    timestamp '2026-02-09 08:00:00' as known_at, 'measured' as provenance;

create table marts.fct_deleveraging_daily as
select o.observed_date, o.asset, p.close_price as close_price_usd, p.return_close_close_ratio, o.open_interest_coins,
    o.open_interest_usd, o.open_interest_chained_coins, o.change_coins, o.change_usd, o.change_coins_ratio,
    o.change_usd_ratio, o.position_effect_usd, o.price_effect_usd, o.position_effect_coins_ratio,
    0.0 as open_interest_drawdown_30d_ratio, 'flat' as quadrant, 'flat' as quadrant_by_usd,
    null::date as episode_detected_date, p.volume_coins as spot_volume_coins, null::double as oi_to_volume_ratio,
    -0.0001 as funding_rate_8h_ratio, 6e8 as long_liquidated_usd, 2e8 as short_liquidated_usd,
    0.03 as liquidation_intensity_ratio, -300.0 as spot_cvd_coins, -900.0 as perp_cvd_coins,
    -0.1 as coinbase_premium_pct, o.coverage_ratio, o.venues_count, false as is_in_episode, o.is_single_source,
    o.known_at, o.provenance
from marts.fct_open_interest_daily as o join marts.fct_price_daily as p using (observed_date, asset)
where o.venue = 'all';

create table vintages.etf_flow as
with sessions as (
    select cast(unnest(generate_series($first, $last, interval 1 day)) as date) as session_date
),
flows as (
    select session_date, 1e6 * (300 - 97 * (row_number() over (order by session_date) % 7)) as flow_usd
    from sessions where isodow(session_date) < 6
)
select 'BTC' as asset, session_date, flow_usd, 7e9::double as value_traded_usd, 9.0e10::double as net_assets_usd,
    5.5e10 + sum(flow_usd) over (order by session_date) as cumulative_flow_usd, 1::bigint as vintage_number,
    session_date + interval 36 hour as known_from_at, timestamp '9999-12-31' as known_to_at,
    true as is_known_at_estimated, false as is_possibly_restated, true as is_newest, 'measured' as provenance
from flows;
-- One session was first printed lower.
insert into vintages.etf_flow
select asset, session_date, flow_usd - 2e7, value_traded_usd, net_assets_usd, cumulative_flow_usd - 2e7, 1,
    known_from_at, known_from_at + interval 2 day, true, false, false, provenance
from vintages.etf_flow where session_date = date '2026-02-05';
update vintages.etf_flow set vintage_number = 2, known_from_at = known_from_at + interval 2 day
where session_date = date '2026-02-05' and is_newest;

create table marts.fct_etf_flow_daily as
select session_date, asset, 'total' as fund, flow_usd, flow_usd / 70000 as flow_coins, sum(flow_usd) over (order by session_date) as month_to_date_usd,
    cast(sign(flow_usd) as integer) as streak_sessions_count, value_traded_usd, net_assets_usd, cumulative_flow_usd,
    vintage_number as vintages_count, 11 as funds_reported_count, 1e5 as funds_difference_usd, 'final' as status,
    'sosovalue.etf_flow_totals' as flow_source, false as is_provisional, false as month_to_date_is_provisional,
    true as is_every_fund_reported, session_date + interval 21 hour as session_close_at,
    known_from_at as flow_coins_known_at, provenance as flow_coins_provenance, known_from_at as funds_known_at,
    provenance as funds_provenance, known_from_at as known_at, provenance
from vintages.etf_flow where is_newest;

create table marts.fct_difficulty_epoch as
with epochs(n, retarget_at, difficulty) as (
    values (0, timestamp '2026-01-08 12:00:00', 146.0e12), (1, timestamp '2026-01-22 18:00:00', 143.455e12),
        (2, timestamp '2026-02-07 06:00:00', 129.572e12)
)
select 933408 + 2016 * (n - 1)::bigint as start_height, retarget_at, 'BTC' as asset, difficulty,
    lag(difficulty) over w as previous_difficulty, difficulty / lag(difficulty) over w - 1 as change_ratio,
    100 * (difficulty / lag(difficulty) over w - 1) as change_pct, 935424 + 2016 * (n - 1)::bigint as next_retarget_height,
    (epoch(lead(retarget_at) over w) - epoch(retarget_at)) / 86400 as epoch_days,
    (epoch(lead(retarget_at) over w) - epoch(retarget_at)) / 2016 as mean_block_interval_seconds,
    lead(retarget_at) over w is null as is_open, retarget_at as known_at, 'measured' as provenance
from epochs window w as (order by n);

create table marts.fct_funding_daily as
select day.observed_date, day.asset, v.venue, v.rate as rate_8h_ratio, v.rate * 1095 as annualised_ratio,
    null as announced_rate_8h_ratio, (v.rate < 0)::double as negative_share_ratio, 1.0 as coverage_ratio,
    3 as payments_count, 1 as venues_count, v.rate < 0 as is_negative, v.rate < 0.0001 as is_below_neutral,
    day.known_at, day.provenance
from marts.fct_price_daily as day, (values ('binance', 0.0001), ('deribit', -0.000001), ('all', 0.00008)) as v(venue, rate);

create table marts.fct_liquidation_hourly as
select h.period_start_at, h.asset, v.venue, h.period_end_at, s.long_usd, s.short_usd, s.long_usd + s.short_usd as liquidated_usd,
    s.long_usd / (s.long_usd + s.short_usd) as long_share_ratio, 7e9 as open_interest_usd,
    (s.long_usd + s.short_usd) / 7e9 as intensity_ratio, 1.0 as coverage_ratio, 1 as venues_count,
    'undocumented' as completeness, true as is_lower_bound, h.known_at, h.provenance
from hours as h, (values ('gate'), ('all')) as v(venue),
    lateral (select 4e5 - 3e5 * sign(h.close_price - h.open_price) as long_usd, 3e5 as short_usd) as s;

create table marts.fct_liquidation_daily as
select cast(period_start_at as date) as observed_date, asset, venue, sum(long_usd) as long_usd, sum(short_usd) as short_usd,
    sum(liquidated_usd) as liquidated_usd, sum(long_usd) / sum(liquidated_usd) as long_share_ratio, 7e9 as open_interest_usd,
    sum(liquidated_usd) / 7e9 as intensity_ratio, null::double as median_intensity_90d_ratio,
    0 as median_intensity_90d_count, null::double as intensity_to_median_90d_ratio,
    'fewer_than_30_days' as intensity_to_median_90d_reason, 1.0 as coverage_ratio, 24 as hours_count, 1 as venues_count,
    'undocumented' as completeness, false as is_vendor_total, true as is_lower_bound, max(known_at) as known_at,
    'measured' as provenance
from marts.fct_liquidation_hourly group by cast(period_start_at as date), asset, venue;

create table marts.fct_liquidation_cascade as
select timestamp '2026-02-05 23:30:00' as started_at, 'BTC' as asset, timestamp '2026-02-05 23:45:00' as detected_at,
    timestamp '2026-02-06 00:00:00' as peak_at, timestamp '2026-02-06 00:15:00' as last_active_at,
    timestamp '2026-02-06 00:15:00' as ended_at, timestamp '2026-02-06 01:15:00' as end_detected_at,
    'long' as liquidated_side, 'bitfinex' as venues, 4e6 as long_usd, 1e6 as short_usd, 5e6 as liquidated_usd,
    1e9 as open_interest_usd, 0.005 as intensity_ratio, 64000.0 as start_price, 60000.0 as end_price,
    -0.0625 as return_ratio, 3 as active_quarters_count, 45 as active_minutes, false as is_open, true as is_lower_bound,
    timestamp '2026-02-06 08:00:00' as known_at, 'measured' as provenance;

create table marts.fct_flow_share_daily as
select observed_date, asset, observed_date + interval 1 day as coinbase_premium_at, -300.0 as spot_cvd_coins,
    -900.0 as perp_cvd_coins, volume_coins as spot_volume_coins, 5 * volume_coins as perp_volume_coins,
    -300.0 / volume_coins as spot_delta_volume_ratio, -180.0 / volume_coins as perp_delta_volume_ratio,
    0.25 as spot_share_ratio, -0.25 as signed_spot_share_ratio, -0.75 as signed_perp_share_ratio,
    close_price * 0.999 as coinbase_price_usd, close_price as binance_close_price, 0.9995 as usd_per_usdt_ratio,
    -0.001 * close_price as coinbase_premium_usd, -0.1 as coinbase_premium_pct, -0.05 as coinbase_premium_adjusted_pct,
    -3.0 as basis_mean_bps, 24 as spot_hours_count, 24 as perp_hours_count, 24 as basis_hours_count, known_at, provenance
from marts.fct_price_daily;

create table marts.fct_source_disagreement_daily as
select cast(period_start_at as date) as observed_date, asset, 'etf_flow' as metric, 'all' as universe, 'usd' as unit,
    2::bigint as sources_count, 'farside, sosovalue' as sources, -434.15e6 as median_value, -434.2e6 as lowest_value,
    -434.1e6 as highest_value, 'farside' as lowest_source, 'sosovalue' as highest_source, 0.00023 as range_ratio,
    0.05 as tolerance_ratio, 10.0::double as blocking_ratio, false as is_disputed, false as is_single_source,
    known_at, provenance
from hours where hour(period_start_at) = 0;

create table marts.fct_price_composite_hourly as
select *, close_price as close_price_usd, close_price * 0.9995 as lowest_close_price_usd,
    close_price * 1.0005 as highest_close_price_usd, 10.0 as spread_bps, 3 as venues_count, 'usd' as usd_basis,
    false as is_single_source, false as is_disputed
from hours;

create table marts.fct_price_composite_daily as
select cast(period_start_at as date) as observed_date, * from marts.fct_price_composite_hourly
where extract(hour from period_start_at) = 23;

create table marts.fct_price_move as
select *, 60 as resolution_minutes, close_price as last_price, observed_date + interval 1 day as last_at,
    open_price as previous_close_price, 0.0 as gap_ratio, low_price / open_price - 1 as drawdown_open_low_ratio,
    close_price / low_price - 1 as rebound_ratio, null as retracement_start_at, null as retracement_start_price,
    null as retracement_ratio, null as gain_to_erase_ratio, 1e4 * (floor(low_price / 1e4) + 1) as round_level_price,
    null as low_to_round_level_minutes, 'not_reached' as low_to_round_level_reason, -0.01 as adverse_move_60m_ratio, -0.03 as adverse_move_240m_ratio,
    50.0 as realised_vol_pct, return_open_close_ratio / 0.03 as return_z_ratio, 365 as returns_count, 24 as bars_count
from marts.fct_price_daily;

create table marts.fct_level_test as
select 'BTC' as asset, 'binance' as venue, 'USDT' as quote_currency, 60 as bar_minutes, 'resistance' as level_side,
    'round' as level_kind, 70000.0 as level_price,
    timestamp '2026-01-28' as level_known_at, n as event_number, opened_at, opened_at + interval 3 hour as confirmed_at,
    null as expires_at, state, 0 as failed_tests_count, 0.005 as band_ratio, 0.007 as pullback_ratio,
    3 as hold_hours_count, false as is_intrabar_ambiguous, opened_at + interval 1 day as known_at, 'measured' as provenance
from (values (1, timestamp '2026-02-05 12:00:00', 'lost'), (2, timestamp '2026-02-06 20:00:00', 'reclaimed'))
    as events(n, opened_at, state);

create table marts.fct_level_hold_daily as
select observed_date, asset, 70000.0 as level_price_usd, close_price as close_price_usd, 0 as closes_above_in_a_row_days,
    1 as closes_above_30d_count, 2 as closes_30d_count, 0.5 as time_above_ratio, 24 as hours_count, 0.005 as band_ratio,
    false as is_held_1d, false as is_held_3d, false as is_held_7d, known_at, provenance
from marts.fct_price_daily;

create table marts.fct_day_definition_fit as
select 'BTC' as asset, date '2026-02-05' as observed_date, 'a paper' as publisher, n as utc_offset_hours,
    timestamp '2026-02-05' - to_hours(n) as day_start_at, timestamp '2026-02-06' - to_hours(n) as day_end_at,
    73100.0 as quoted_open_price_usd, null::double as quoted_low_price_usd, 62600.0 as quoted_close_price_usd,
    -100.0 as open_error_usd, null::double as low_error_usd,
    200.0 + 400 * abs(n) as close_error_usd, 300.0 + 400 * abs(n) as error_usd, 1 + abs(n) as fit_rank,
    2 as offsets_count, 300.0 + 400 * abs(n) as all_days_error_usd, 1 as quoted_days_count,
    1 + abs(n) as all_days_fit_rank, timestamp '2026-02-07 10:32:00' as known_at, 'published' as provenance
from (values (0), (2)) as zones(n);

create table marts.fct_hashprice_daily as
select observed_date, asset, close_price / 2200 as hashprice_usd_per_ph_day,
    close_price / 2200 as hashprice_at_close_usd_per_ph_day,
    1e8 / 2200 as hashprice_sats_per_ph_day, close_price / 2222 as hashprice_without_fees_usd_per_ph_day, close_price / 2200 as hashprice_by_blocks_usd_per_ph_day,
    1.43e14 as mean_difficulty, 1.43e14 as close_difficulty, 3.125 as subsidy_coins, 0.03 as mean_fees_coins,
    144 as fee_blocks_count, 'mempool_space.blocks' as fees_source, close_price as mean_price_usd,
    close_price as close_price_usd, 24 as price_hours_count, 144 as blocks_count, 454.32 as mined_coins,
    1023.0 as hashrate_by_blocks_eh_s, true as is_every_hour_priced, false as is_difficulty_mixed, known_at, provenance
from marts.fct_price_daily;

create table marts.fct_difficulty_projection as
select observed_date + interval 20 hour as forecast_at, asset, forecast_method, 935424 as next_retarget_height,
    timestamp '2026-02-07 08:00:00' as estimated_retarget_at, timestamp '2026-02-07 06:00:00' as actual_retarget_at,
    observed_date + interval 20 hour as forecast_known_at, 144 * (10 - n) as remaining_blocks_count,
    100 * (4 + n) / 14 as progress_pct, 660.0 as mean_block_interval_seconds, -11.0 + n / 10 as estimated_change_pct,
    1.29e14 as estimated_difficulty, 12.0 as estimated_relief_pct, -9.68 as actual_change_pct,
    10.7 as actual_relief_pct, -1.32 + n / 10 as error_pct, 2.0 as error_hours, true as is_scored,
    timestamp '2026-02-07 06:00:00' as known_at, provenance
from (select *, row_number() over (order by observed_date) - 1 as n from marts.fct_price_daily),
    (values ('mempool_space'), ('naive_pace')) as methods (forecast_method)
where n < 10;

create table marts.fct_miner_breakeven_daily as
select observed_date, asset, machine_class, efficiency_j_per_th, 0.07 as power_price_usd_per_kwh,
    hashprice_usd_per_ph_day as earned_usd_per_ph_day, efficiency_j_per_th * 1.68 as power_cost_usd_per_ph_day,
    hashprice_usd_per_ph_day - efficiency_j_per_th * 1.68 as breakeven_gap_usd_per_ph_day,
    hashprice_usd_per_ph_day / efficiency_j_per_th / 24 as breakeven_power_usd_per_kwh,
    hashprice_usd_per_ph_day < efficiency_j_per_th * 1.68 as is_under_water, true as is_with_fees, known_at, provenance
from marts.fct_hashprice_daily,
    (values ('new', 15.0), ('old', 30.0)) as machines (machine_class, efficiency_j_per_th);

create table marts.fct_miner_stress_daily as
select observed_date, asset, 1000.0 + 10 * day(observed_date) as hashrate_eh_s,
    'mempool_space.hashrates' as hashrate_source, 1010.0 as hashrate_mean_30d_eh_s, 1020.0 as hashrate_mean_60d_eh_s,
    450 * close_price_usd as issuance_usd, 0.8 as puell_multiple_ratio, hashprice_without_fees_usd_per_ph_day,
    10.0 as hashprice_percentile_365d_pct, -9.68 as difficulty_change_pct, 2 as stress_signs_count,
    4 as known_signs_count, true as is_ribbon_inverted, false as is_puell_low, false as is_hashprice_low,
    true as is_difficulty_falling, known_at, provenance
from marts.fct_hashprice_daily;

create table marts.fct_valuation_daily as
select observed_date, asset, close_price_usd as price_usd, 55300.0 as realised_price_usd, 2e7 as supply_coins,
    2e7 * close_price_usd as market_cap_usd, 2e7 * 55300 as realised_cap_usd, close_price_usd / 55300 as mvrv_ratio,
    1 - 55300 / close_price_usd as nupl_ratio, 92000.0 as short_term_cost_basis_usd,
    close_price_usd / 92000 as short_term_mvrv_ratio, 55310.0 as realised_price_median_usd,
    20.0 as realised_price_range_usd, 2 as sources_count, 'composite' as price_source,
    'bitview.series_1d' as realised_price_source, 'coinmetrics.asset_metrics_1d' as supply_source,
    false as is_single_source, false as is_disputed, known_at, provenance
from marts.fct_hashprice_daily;

create table marts.fct_cost_basis_distribution as
select observed_date, asset, 'all' as cohort, supply_source, step * 500.0 as price_floor_usd,
    step * 500.0 + 500 as price_ceiling_usd, 1e5 as supply_coins, 0.005 as share_ratio, 1e5 * (step * 500 + 250) as realised_cap_usd, 1e3 as added_7d_coins,
    1.01 as added_7d_pct, 2e7 as total_supply_coins, 1.0 as coverage_ratio, 'raw' as adjustment, known_at, provenance
from marts.fct_hashprice_daily, range(1, 201) as steps (step),
    (values ('bitview.urpd'), ('utxo.unspent_outputs')) as sources (supply_source);

create table marts.fct_cost_basis_cluster as
select observed_date, asset, 'all' as cohort, 66500.0 as price_floor_usd, 70500.0 as price_ceiling_usd,
    8 as steps_count, 8e5 as supply_coins, 0.04 as share_ratio, 8e3 as added_7d_coins, 1.01 as added_7d_pct,
    4.0 as peak_density_z_ratio, close_price_usd as price_usd, 'composite' as price_source,
    case when close_price_usd < 66500 then 'below' when close_price_usd < 70500 then 'inside' else 'above' end
        as price_position, 'raw' as adjustment, known_at, provenance
from marts.fct_hashprice_daily;

create table marts.fct_asset_session_return as
select observed_date as session_date, 'SPX' as asset, vendors.venue, observed_date + interval 21 hour as close_at,
    observed_date - 1 as previous_session_date, observed_date - interval 3 hour as previous_close_at,
    observed_date + interval 21 hour as bitcoin_close_at, 'index' as instrument_kind, 'points' as quote_currency,
    null as bitcoin_reason, 1 as spanned_days, close_price / 10 as close_price, return_open_close_ratio as return_ratio,
    ln(1 + return_open_close_ratio) as log_return_ratio, null as yield_pct, null as change_bps,
    close_price as bitcoin_close_price_usd, return_open_close_ratio as bitcoin_return_ratio,
    ln(1 + return_open_close_ratio) as bitcoin_log_return_ratio, false as is_multi_day, known_at, provenance
from marts.fct_price_daily, (values ('fred'), ('yahoo')) as vendors(venue);

create table marts.fct_cross_asset_correlation_daily as
select session_date, asset, venue, 'BTC' as against_asset, window_sessions_count, close_at,
    session_date as influence_date, 'IXIC' as reference_asset, null as reason, 20 as observations_count,
    0.5 as pearson_ratio, 0.074 as pearson_low_ratio, 0.772 as pearson_high_ratio, 0.45 as spearman_ratio,
    0.5 as ewma_ratio, 0.1 as influence_ratio, 0.5 as without_events_ratio, 2 as event_sessions_count,
    0.4 as baseline_ratio, 250 as baseline_observations_count, 1.0 as variance_delta_ratio, 0.378 as adjusted_ratio,
    0 as best_lag_sessions_count, 0.95 as best_lag_ratio, 0.95 as same_session_ratio, false as is_regime_change,
    false as is_misdated, known_at, provenance
from marts.fct_asset_session_return, (values (20), (40)) as windows(window_sessions_count);
create table marts.fct_vol_surface as
select 'deribit' as venue, asset, observed_date + interval 20 hour as snapshot_at, 'expiry' as tenor_kind,
    8.5 as tenor_days, observed_date + interval 224 hour as expiry_at, 'trades' as surface_method,
    'forward_unadjusted' as delta_convention, null as hygiene_mode, close_price_usd as forward_price,
    70.0 as atm_iv_vol_pct, 68.0 as call25_iv_vol_pct, 77.0 as put25_iv_vol_pct, -9.0 as rr25_vol_pct,
    -9.0 / 70 as rr25_ratio, 2.5 as butterfly25_vol_pct, -9.6 as rr25_premium_adjusted_vol_pct,
    null as rr25_percentile_730d_pct, null as rr25_history_days_count, 80 as quotes_count, 1.2 as fit_rmse_vol_pct,
    null as atm_reason, null as call25_reason, null as put25_reason, null as rr25_premium_adjusted_reason,
    'rolling_tenor' as rr25_percentile_reason, false as is_extrapolated, known_at, provenance
from marts.fct_hashprice_daily;

create table marts.fct_option_quote_quality as
select venue, asset, snapshot_at, expiry_at, 'two_sided' as hygiene_mode, 60 as quotes_count, 22 as usable_quotes_count,
    0 as expired_quotes_count, 0 as no_forward_quotes_count, 0 as no_iv_quotes_count, 0 as iv_out_of_range_quotes_count,
    30 as in_the_money_quotes_count, 6 as far_wing_quotes_count, 0 as stale_quotes_count, 2 as no_bid_quotes_count,
    0 as no_ask_quotes_count, 0 as crossed_quotes_count, 0 as wide_quotes_count, 0 as butterfly_arbitrages_count,
    0 as calendar_arbitrages_count, known_at, provenance
from marts.fct_vol_surface;
create table marts.fct_implied_vol_index_daily as
select observed_date, asset, 'deribit' as venue, observed_date + interval 23 hour as vswap_snapshot_at,
    observed_date + interval 20 day as near_expiry_at, observed_date + interval 48 day as far_expiry_at,
    54.0 as dvol_open_vol_pct, 58.0 as dvol_high_vol_pct, 52.0 as dvol_low_vol_pct, 55.0 as dvol_close_vol_pct,
    0.0 as dvol_change_vol_pct, 0.0 as dvol_change_ratio, 56.5 as vswap_30d_own_vol_pct,
    1.5 as vswap_less_dvol_vol_pct, 40 as strikes_count, null as vswap_reason, known_at, provenance
from marts.fct_hashprice_daily;

create table marts.fct_option_open_interest as
select 'deribit' as venue, asset, observed_date + interval 20 hour as snapshot_at,
    observed_date + interval 500 hour as expiry_at, strike * 1e4 as strike_price,
    observed_date - interval 4 hour as compared_at, 'inverse' as product, 'forward' as usd_basis,
    900.0 as call_open_interest_coins, 600.0 as put_open_interest_coins, 1500.0 as open_interest_coins,
    1500 * close_price_usd as open_interest_usd, 10.0 as call_change_24h_coins, -5.0 as put_change_24h_coins,
    null as change_reason, 0.4 as put_share_of_strike_ratio, 0.2 as put_share_of_expiry_ratio,
    0.2 * (strike - 4) as put_share_at_or_below_ratio, 0.2 as share_of_expiry_ratio,
    strike - 4 as open_interest_rank, abs(strike - 7) * 1e6 as payout_usd, 2e6 as gamma_unsigned_1pct_usd,
    0.2 * (strike - 4.5) as probability_below_ratio, null as probability_reason, strike = 7 as is_max_pain,
    false as is_max_pain_tied, known_at, provenance
from marts.fct_hashprice_daily, range(5, 10) as strikes (strike);

create table marts.fct_option_expiry_open_interest as
select venue, asset, snapshot_at, expiry_at, compared_at, product, usd_basis, 5 as strikes_count,
    0 as one_sided_strikes_count, 4500.0 as call_open_interest_coins, 3000.0 as put_open_interest_coins,
    7500.0 as open_interest_coins, 5 * open_interest_usd as open_interest_usd, 3000 / 4500 as put_call_ratio,
    50.0 as call_change_24h_coins, -25.0 as put_change_24h_coins, -0.01 as put_call_change_24h_ratio,
    strike_price as max_pain_price, 0.2 as strike_hhi_ratio, 5e4 as top_strike_price, 0.2 as top_strike_share_ratio,
    5e4 as top_put_strike_price, 0.2 as top_put_share_ratio, 1e7 as gamma_unsigned_1pct_usd,
    1.0 as gamma_coverage_ratio, false as is_max_pain_tied, known_at, provenance
from marts.fct_option_open_interest where is_max_pain;

create table marts.fct_vol_term_structure as
select venue, asset, snapshot_at, snapshot_at as inversion_decided_at, 'chain' as surface_method,
    70.0 as atm_7d_vol_pct, 69.0 as atm_14d_vol_pct, 68.0 as atm_30d_vol_pct,
    67.0 as atm_60d_vol_pct, 66.0 as atm_90d_vol_pct, 65.0 as atm_180d_vol_pct,
    2.0 as slope_7_30_vol_pct, null as slope_reason, 5.0 as inversion_depth_vol_pct, 1.0 as inverted_share_ratio,
    0.44 as forward_variance_7_14_ratio, 66.3 as forward_vol_7_14_vol_pct,
    0.44 as forward_variance_14_30_ratio, 66.3 as forward_vol_14_30_vol_pct,
    0.44 as forward_variance_30_60_ratio, 66.3 as forward_vol_30_60_vol_pct,
    0.44 as forward_variance_60_90_ratio, 66.3 as forward_vol_60_90_vol_pct,
    0.44 as forward_variance_90_180_ratio, 66.3 as forward_vol_90_180_vol_pct,
    true as is_inverted, false as is_calendar_arbitrage, false as is_extrapolated, known_at, provenance
from marts.fct_option_expiry_open_interest
union all by name
select 'derive' as venue, asset, snapshot_at, 68.5 as atm_30d_vol_pct, false as is_inverted,
    false as is_calendar_arbitrage, false as is_extrapolated, known_at, provenance
from marts.fct_option_expiry_open_interest;
create table marts.fct_cross_asset_beta as
select observed_date as session_date, 'single' as factor_set, 'SPX' as factor, vendors.venue, 60 as window_sessions_count,
    null as reason, 1.8 as beta_ratio, 0.5 as standard_error_ratio, 0.8 as beta_low_ratio, 2.8 as beta_high_ratio,
    0.2 as r2_ratio, null as vif_ratio, 58 as observations_count, 1 as factors_count, known_at, provenance
from marts.fct_price_daily, (values ('fred'), ('yahoo')) as vendors(venue)
union all
select observed_date, 'multi', factor, 'all', 60, null, 1.5, 0.5, 0.5, 2.5, 0.25, 1.2, 58, 2, known_at, provenance
from marts.fct_price_daily, (values ('equity'), ('gold')) as factors(factor);

create table marts.fct_cross_asset_lead_lag as
select date '2026-01-14' + n::integer as session_date, 'SPX' as asset, 'yahoo' as venue, 20 as window_sessions_count,
    null as reason, 0.4 as correlation_ratio, 0.45 as best_lag_correlation_ratio, 60.0 as best_lag_minutes,
    -60.0 as best_lag_low_minutes, 120.0 as best_lag_high_minutes, 60 as resolution_minutes, 20 as sessions_count,
    140 as increments_count, false as is_lag_clear_of_zero, timestamp '2026-02-12 22:00:00' as known_at,
    'measured' as provenance
from range(30) as sessions(n);

create table marts.fct_condition_scoreboard as
select conditions.condition_id, 1 as rule_version, moments.evaluated_at,
    timestamp '2026-02-07 00:00:00' as status_since_at, moments.evaluated_at + interval 1 day as expires_at,
    'february_2026' as event_name, conditions.condition_kind, 'Conditions' as title, '条件' as title_zh,
    'All of them' as rule, conditions.status, conditions.reason, 'count' as unit, '[{},{}]' as inputs,
    2 + conditions.margin as value, 2.0 as threshold, conditions.margin, 3.5 as evidence_age_hours,
    moments.evaluated_at = '2026-02-08' as is_newest, moments.evaluated_at as known_at, 'measured' as provenance
from (values ('C1', 'hold', 'pending', 'waits for sessions', -1.0), ('R3', 'retest', 'met', null, 0.0))
        as conditions(condition_id, condition_kind, status, reason, margin),
    (values (timestamp '2026-02-07'), (timestamp '2026-02-08')) as moments(evaluated_at);

create table marts.fct_base_rate as
select question_kind || '_f' || fall_pct || '_r8' as question_id, 30 as horizon_days, 'How often?' as question,
    '多少次？' as question_zh, '2015-01-14' as episode_dates, 'Of ten.' as note, date '2014-09-17' as history_from_date,
    date '2026-02-05' as history_to_date, fall_pct, 8 as rebound_pct, 10 as episodes_count, 4 as hits_count,
    0.4 as rate_ratio, 0.17 as wilson_low_ratio, 0.69 as wilson_high_ratio, 0.15 as jeffreys_low_ratio,
    0.70 as jeffreys_high_ratio, false as is_small_sample, timestamp '2026-02-06 01:00:00' as known_at,
    'measured' as provenance
from (values ('retest'), ('hold')) as kinds(question_kind), (values (8), (10), (12)) as falls(fall_pct);

create table marts.fct_probability_score as
select 'deribit BTC below ' || strike || ' at 2026-02-13 08:00' as statement_id,
    timestamp '2026-02-06 21:00:00' as stated_at, timestamp '2026-02-13 08:00:00' as resolves_at,
    'risk_neutral' as statement_kind, 'BTC' as asset, strike as threshold_price, 0.3 as probability_ratio,
    66500.0 as outcome_price, 0.09 as brier_ratio, 0.09 as kind_mean_brier_ratio, 40 as kind_scored_count,
    false as is_true, timestamp '2026-02-13 09:00:00' as known_at, 'measured' as provenance
from range(26000, 66000, 1000) as strikes(strike);

create table marts.fct_rebound_attribution as
select timestamp '2026-02-05 21:00:00' as window_started_at, 'BTC' as asset, 'close_to_close' as window_kind, variant,
    component, timestamp '2026-02-06 21:00:00' as window_ended_at, 'all' as venue, 'equity, short_covering' as regressors,
    'associated share' as reading, null as reason, 0.0955 as window_return_ratio, 0.025 as window_deviation_ratio,
    0.0955 * share_ratio as return_ratio, share_ratio, share_ratio - 0.1 as share_low_ratio,
    share_ratio + 0.1 as share_high_ratio, 0.1 as r2_part_ratio, 0.3 as r2_ratio, 240 as observations_count,
    250 as lookback_count, true as is_identified, timestamp '2026-02-07 01:00:00' as known_at, 'measured' as provenance
from (values ('all'), ('without_events')) as variants(variant),
    (values ('cross_asset', 0.46), ('short_covering', 0.3), ('spot', 0.15), ('residual', 0.09))
        as components(component, share_ratio);

create table marts.dim_quoted_figure as
select figure_id, 'prices' as topic, 'high_price' as metric, 'btc' as entity, timestamp '2026-02-06' as observed_from_at,
    timestamp '2026-02-07' as observed_to_at, null as published_at, value, 'usd' as unit, publisher,
    'daily table' as citation, role, 12 as claim_id, 'observed' as kind, null as note, true as is_known_at_estimated,
    timestamp '2026-02-07' as known_at, 'published' as provenance
from (values ('high_article', 71400.0, 'an article', 'claimed_by_article'),
    ('high_vendor', 71450.0, 'a vendor', 'checks_article')) as figures(figure_id, value, publisher, role);

create table marts.fct_claim_check as
select 'an article' as article, claim_id, timestamp '2026-02-13 12:00:00' as as_of_at,
    timestamp '2026-02-06' as window_from_at, timestamp '2026-02-07' as window_to_at, 'prices' as topic,
    'The high was 71,400.' as statement, null as statement_zh, 'high_price' as metric, 'btc' as entity, 'usd' as unit,
    'equals' as comparison, 71400.0 as claimed_value, 140.0 as tolerance, 71430.0 as computed_value,
    'measured' as computed_provenance, 71430.0 as evidence_value, -30.0 as error, 'ties' as verdict,
    'Measured: 71,430.' as reason, 'measured' as evidence, 'select 71430' as evidence_query, null as source_named,
    null as publishers, true as is_final, timestamp '2026-02-07 08:00:00' as known_at, 'published' as provenance
from range(12, 16) as claims(claim_id);
