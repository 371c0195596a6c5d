select
    symbol,
    period_start_at,
    period_end_at,
    symbol as asset,
    'several' as venue,
    long_liquidation_usd,
    short_liquidation_usd,
    'vendor_estimate' as completeness,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('coinglass', 'liquidations_1d') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
