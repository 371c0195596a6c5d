select
    event_id,
    symbol,
    observed_at,
    regexp_extract(symbol, '^([A-Z]+)', 1) as asset,
    'deribit' as venue,
    case product when 'linear' then 'USDC' else 'USD' end as quote_currency,
    product,
    trade_id,
    liquidated_side,
    liquidation_code,
    size_usd,
    size_coins,
    price,
    mark_price,
    index_price,
    'complete' as completeness,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('deribit_history', 'liquidation_trades') }}
{{ newest_vintage(['event_id']) }}
