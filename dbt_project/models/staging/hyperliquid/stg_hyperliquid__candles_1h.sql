select
    symbol,
    period_start_at,
    period_end_at,
    symbol as asset,
    'hyperliquid' as venue,
    'USDC' as quote_currency,
    'linear' as product,
    open_price,
    high_price,
    low_price,
    close_price,
    volume_coins,
    trades_count,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('hyperliquid', 'candles_1h') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
