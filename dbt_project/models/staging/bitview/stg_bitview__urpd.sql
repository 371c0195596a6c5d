select
    cohort,
    observed_date,
    period_start_at,
    period_end_at,
    'BTC' as asset,
    price_floor_usd,
    supply_coins,
    realized_cap_usd,
    unrealized_pnl_usd,
    close_usd,
    total_supply_coins,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('bitview', 'urpd') }}
{{ newest_vintage(['cohort', 'observed_date', 'price_floor_usd']) }}
