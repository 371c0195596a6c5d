select
    symbol,
    period_start_at,
    period_end_at,
    replace({{ base_asset('symbol') }}, 'XBT', 'BTC') as asset,
    'kraken' as venue,
    {{ quote_currency('symbol') }} as quote_currency,
    open_price,
    high_price,
    low_price,
    close_price,
    average_price,
    volume_coins,
    trades_count,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('kraken', 'ohlc_1d') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
