select
    symbol,
    period_start_at,
    period_end_at,
    {{ base_asset('upper(symbol)') }} as asset,
    'bitstamp' as venue,
    {{ quote_currency('upper(symbol)') }} as quote_currency,
    open_price,
    high_price,
    low_price,
    close_price,
    volume_coins,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('bitstamp', 'ohlc_1h') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
