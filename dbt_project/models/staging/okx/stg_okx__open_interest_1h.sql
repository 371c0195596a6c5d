select
    symbol,
    observed_at,
    split_part(symbol, '-', 1) as asset,
    'okx' as venue,
    split_part(symbol, '-', 2) as quote_currency,
    product,
    open_interest_contracts,
    open_interest_coins,
    open_interest_usd,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('okx', 'open_interest_1h') }}
{{ newest_vintage(['symbol', 'observed_at']) }}
