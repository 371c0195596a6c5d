select
    symbol,
    funding_at,
    split_part(symbol, '-', 1) as asset,
    'okx' as venue,
    split_part(symbol, '-', 2) as quote_currency,
    'linear' as product,
    interval_hours,
    funding_rate_ratio,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('okx', 'funding_files') }}
{{ newest_vintage(['symbol', 'funding_at']) }}
