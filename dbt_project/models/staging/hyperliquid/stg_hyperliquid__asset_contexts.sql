select
    symbol,
    observed_at,
    symbol as asset,
    'hyperliquid' as venue,
    'USDC' as quote_currency,
    'linear' as product,
    open_interest_coins,
    mark_price,
    oracle_price,
    mid_price,
    funding_rate_ratio,
    premium_ratio,
    volume_24h_coins,
    volume_24h_quote,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('hyperliquid', 'asset_contexts') }}
{{ newest_vintage(['symbol', 'observed_at']) }}
