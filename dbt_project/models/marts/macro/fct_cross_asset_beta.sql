select
    session_date,
    factor_set,
    factor,
    venue,
    window_sessions_count,
    reason,
    beta_ratio,
    standard_error_ratio,
    beta_low_ratio,
    beta_high_ratio,
    r2_ratio,
    vif_ratio,
    observations_count,
    factors_count,
    known_at,
    provenance
from {{ ref('int_macro__estimate_betas') }}
