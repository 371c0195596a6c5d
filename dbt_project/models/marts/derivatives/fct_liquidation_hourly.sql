select
    period_start_at,
    asset,
    venue,
    period_start_at + interval 1 hour as period_end_at,
    long_usd,
    short_usd,
    liquidated_usd,
    long_share_ratio,
    open_interest_usd,
    intensity_ratio,
    coverage_ratio,
    venues_count,
    completeness,
    is_lower_bound,
    known_at,
    provenance
from {{ ref('int_derivatives__compare_liquidations') }}
where cadence = 'hour'
