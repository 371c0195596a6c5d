select
    symbol,
    funding_at,
    {{ base_asset('symbol') }} as asset,
    'bybit' as venue,
    {{ quote_currency('symbol') }} as quote_currency,
    'linear' as product,
    interval_hours,
    funding_rate_ratio,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('bybit', 'funding') }}
{{ newest_vintage(['symbol', 'funding_at']) }}
