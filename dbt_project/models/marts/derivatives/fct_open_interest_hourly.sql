select
    period_start_at,
    asset,
    venue,
    period_end_at,
    open_interest_coins,
    open_interest_usd,
    mark_price_usd,
    change_coins,
    change_usd,
    position_effect_usd,
    price_effect_usd,
    snapshot_at,
    coverage_ratio,
    venues_count,
    venue_set_hash,
    'usdt_at_par' as usd_basis,
    known_at,
    provenance
from {{ ref('int_derivatives__split_open_interest') }}
where cadence = 'hour'
