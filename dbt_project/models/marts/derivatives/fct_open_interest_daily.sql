select
    cast(period_start_at as date) as observed_date,
    asset,
    venue,
    open_interest_coins,
    open_interest_usd,
    position_effect_usd,
    price_effect_usd,
    coverage_ratio,
    mark_price_usd,
    change_coins,
    change_usd,
    snapshot_at,
    venues_count,
    venue_set_hash,
    'usdt_at_par' as usd_basis,
    known_at,
    provenance
from {{ ref('int_derivatives__split_open_interest') }}
where cadence = 'day'
