select
    symbol,
    period_start_at,
    period_end_at,
    {{ base_asset('symbol') }} as asset,
    'bybit' as venue,
    {{ quote_currency('symbol') }} as quote_currency,
    'linear' as product,
    open_premium_ratio,
    high_premium_ratio,
    low_premium_ratio,
    close_premium_ratio,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('bybit', 'premium_klines_1h') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
