select
    symbol,
    observed_at,
    {{ base_asset('symbol') }} as asset,
    'bybit' as venue,
    {{ quote_currency('symbol') }} as quote_currency,
    product,
    open_interest_coins,
    open_interest_usd,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('bybit', 'open_interest_1h') }}
{{ newest_vintage(['product', 'symbol', 'observed_at']) }}
