with joined as (
    select
        windows.session_date,
        windows.asset,
        windows.venue,
        windows.window_sessions_count,
        windows.close_at,
        estimates.influence_date,
        labels.reference_asset,
        case
            when windows.observations_count < 0.8 * windows.expected_count then 'too_few_observations'
            when windows.pearson_ratio is null then 'no_variation'
        end as reason,
        windows.observations_count,
        case when reason is null then windows.pearson_ratio end as pearson_ratio,
        case when reason is null then estimates.spearman_ratio end as spearman_ratio,
        windows.ewma_ratio,
        case when reason is null then estimates.influence_ratio end as influence_ratio,
        case
            when reason is null and windows.event_sessions_count > 0 then windows.without_events_ratio
        end as without_events_ratio,
        windows.event_sessions_count,
        case
            when windows.baseline_observations_count >= 200 then windows.baseline_ratio
        end as baseline_ratio,
        case
            when reason is null and windows.baseline_observations_count >= 200
                then windows.variance / nullif(windows.baseline_variance, 0) - 1
        end as variance_delta_ratio,
        windows.baseline_observations_count,
        labels.best_lag_sessions_count,
        labels.best_lag_ratio,
        labels.same_session_ratio,
        greatest(windows.known_at, labels.known_at) as known_at,
        greatest(windows.provenance, labels.provenance) as provenance
    from {{ ref('int_macro__correlate_windows') }} as windows
    left join {{ ref('int_macro__estimate_correlations') }} as estimates
        on
            windows.asset = estimates.asset
            and windows.venue = estimates.venue
            and windows.session_date = estimates.session_date
            and windows.window_sessions_count = estimates.window_sessions_count
    left join {{ ref('int_macro__find_label_lags') }} as labels
        on
            windows.asset = labels.asset
            and windows.venue = labels.venue
            and windows.session_date = labels.session_date
),

bounded as (
    select
        session_date,
        asset,
        venue,
        window_sessions_count,
        close_at,
        influence_date,
        reference_asset,
        reason,
        observations_count,
        pearson_ratio,
        {{ fisher_bound('pearson_ratio', 'observations_count', '-') }} as pearson_low_ratio,
        {{ fisher_bound('pearson_ratio', 'observations_count', '+') }} as pearson_high_ratio,
        spearman_ratio,
        ewma_ratio,
        influence_ratio,
        without_events_ratio,
        event_sessions_count,
        baseline_ratio,
        baseline_observations_count,
        variance_delta_ratio,
        best_lag_sessions_count,
        best_lag_ratio,
        same_session_ratio,
        known_at,
        provenance
    from joined
)

select
    session_date,
    asset,
    venue,
    'BTC' as against_asset,
    window_sessions_count,
    close_at,
    case when influence_ratio is not null then influence_date end as influence_date,
    reference_asset,
    reason,
    observations_count,
    pearson_ratio,
    pearson_low_ratio,
    pearson_high_ratio,
    spearman_ratio,
    ewma_ratio,
    influence_ratio,
    without_events_ratio,
    event_sessions_count,
    baseline_ratio,
    baseline_observations_count,
    variance_delta_ratio,
    pearson_ratio / sqrt(1 + variance_delta_ratio * (1 - pearson_ratio * pearson_ratio)) as adjusted_ratio,
    best_lag_sessions_count,
    best_lag_ratio,
    same_session_ratio,
    case
        when baseline_ratio is not null
            then
                baseline_ratio not between pearson_low_ratio and pearson_high_ratio
                and influence_ratio < 0.15
    end as is_regime_change,
    best_lag_sessions_count <> 0 and abs(best_lag_ratio) - abs(same_session_ratio) > 0.3 as is_misdated,
    known_at,
    provenance
from bounded
