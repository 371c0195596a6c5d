select
    symbol,
    observed_at,
    {{ base_asset('symbol') }} as asset,
    'binance' as venue,
    {{ quote_currency('symbol') }} as quote_currency,
    'linear' as product,
    open_interest_coins,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('binance_futures', 'open_interest') }}
{{ newest_vintage(['symbol', 'observed_at']) }}
