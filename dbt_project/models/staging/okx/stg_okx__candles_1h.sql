select
    symbol,
    period_start_at,
    period_end_at,
    split_part(symbol, '-', 1) as asset,
    'okx' as venue,
    split_part(symbol, '-', 2) as quote_currency,
    'linear' as product,
    open_price,
    high_price,
    low_price,
    close_price,
    volume_coins,
    volume_quote,
    volume_contracts,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('okx', 'candles_1h') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
