-- How closely did stocks and bitcoin move together, and does one day make the number?
-- Bitcoin is taken at the very closes of the other market, never joined on calendar dates. influence_ratio
-- is how far the number moves when one session is left out: where it is large, influence_date is the story.
-- Only is_regime_change says that a change is more than noise.
select
    asset,
    window_sessions_count,
    pearson_ratio,
    pearson_low_ratio,
    pearson_high_ratio,
    influence_ratio,
    influence_date,
    without_events_ratio,
    baseline_ratio,
    observations_count,
    is_regime_change
from marts.fct_cross_asset_correlation_daily
where
    asset in ('SPX', 'QQQ', 'XAU')
    and against_asset = 'BTC'
    and window_sessions_count in (20, 60)
    and session_date = '2026-02-06'
order by asset, window_sessions_count
