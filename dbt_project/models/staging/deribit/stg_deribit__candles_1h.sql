select
    symbol,
    period_start_at,
    period_end_at,
    regexp_extract(symbol, '^([A-Z]+)', 1) as asset,
    'deribit' as venue,
    'USD' as quote_currency,
    'inverse' as product,
    open_price,
    high_price,
    low_price,
    close_price,
    volume_coins,
    volume_quote,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('deribit', 'candles_1h') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
