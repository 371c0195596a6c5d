select
    session_date,
    asset,
    venue,
    window_sessions_count,
    reason,
    correlation_ratio,
    best_lag_correlation_ratio,
    best_lag_minutes,
    best_lag_low_minutes,
    best_lag_high_minutes,
    60 as resolution_minutes,
    sessions_count,
    increments_count,
    coalesce(best_lag_low_minutes > 0 or best_lag_high_minutes < 0, false) as is_lag_clear_of_zero,
    known_at,
    provenance
from {{ ref('int_macro__estimate_lead_lags') }}
