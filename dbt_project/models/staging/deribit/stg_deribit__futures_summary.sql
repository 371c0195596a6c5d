select
    symbol,
    observed_at,
    summarised_at,
    regexp_extract(symbol, '^([A-Z]+)', 1) as asset,
    'deribit' as venue,
    case product when 'linear' then 'USDC' else 'USD' end as quote_currency,
    product,
    open_interest_usd,
    open_interest_coins,
    mark_price,
    mid_price,
    volume_24h_usd,
    funding_rate_8h_ratio,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('deribit', 'futures_summary') }}
{{ newest_vintage(['symbol', 'observed_at']) }}
