select
    symbol,
    period_start_at,
    period_end_at,
    split_part(symbol, '-', 1) as asset,
    'coinbase' as venue,
    split_part(symbol, '-', 2) as quote_currency,
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
from {{ source('coinbase_exchange', 'candles_1d') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
