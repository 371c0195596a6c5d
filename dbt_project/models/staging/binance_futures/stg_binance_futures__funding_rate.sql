select
    symbol,
    funding_at,
    {{ base_asset('symbol') }} as asset,
    'binance' as venue,
    {{ quote_currency('symbol') }} as quote_currency,
    'linear' as product,
    funding_rate_ratio,
    mark_price,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('binance_futures', 'funding_rate') }}
{{ newest_vintage(['symbol', 'funding_at']) }}
