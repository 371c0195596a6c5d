select
    symbol,
    funding_at,
    symbol as asset,
    'hyperliquid' as venue,
    'USDC' as quote_currency,
    'linear' as product,
    interval_hours,
    funding_rate_ratio,
    premium_ratio,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('hyperliquid', 'funding_1h') }}
{{ newest_vintage(['symbol', 'funding_at']) }}
