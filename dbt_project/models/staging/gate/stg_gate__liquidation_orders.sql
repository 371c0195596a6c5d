select
    event_id,
    symbol,
    observed_at,
    split_part(symbol, '_', 1) as asset,
    'gate' as venue,
    split_part(symbol, '_', 2) as quote_currency,
    'linear' as product,
    liquidated_side,
    size_contracts,
    order_price,
    price,
    unfilled_contracts,
    'undocumented' as completeness,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('gate', 'liquidation_orders') }}
{{ newest_vintage(['event_id']) }}
