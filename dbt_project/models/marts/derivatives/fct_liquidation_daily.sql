select
    cast(period_start_at as date) as observed_date,
    asset,
    venue,
    long_usd,
    short_usd,
    liquidated_usd,
    long_share_ratio,
    open_interest_usd,
    intensity_ratio,
    coverage_ratio,
    hours_count,
    venues_count,
    completeness,
    is_vendor_total,
    is_lower_bound,
    known_at,
    provenance
from {{ ref('int_derivatives__compare_liquidations') }}
where cadence = 'day'
