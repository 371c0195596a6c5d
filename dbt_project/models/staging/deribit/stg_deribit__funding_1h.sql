select
    symbol,
    funding_at,
    regexp_extract(symbol, '^([A-Z]+)', 1) as asset,
    'deribit' as venue,
    'USD' as quote_currency,
    'inverse' as product,
    interval_hours,
    funding_rate_ratio,
    funding_rate_8h_ratio,
    index_price,
    previous_index_price,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('deribit', 'funding_1h') }}
{{ newest_vintage(['symbol', 'funding_at']) }}
