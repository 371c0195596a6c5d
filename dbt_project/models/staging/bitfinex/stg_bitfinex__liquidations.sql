select
    event_id,
    symbol,
    observed_at,
    regexp_extract(symbol, '^t([A-Z]+)F0:', 1) as asset,
    'bitfinex' as venue,
    case split_part(symbol, ':', 2)
        when 'USTF0' then 'USDT' else replace(split_part(symbol, ':', 2), 'F0', '')
    end as quote_currency,
    'linear' as product,
    position_id,
    liquidated_side,
    stage,
    taken_by,
    size_coins,
    entry_price,
    price,
    'complete' as completeness,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('bitfinex', 'liquidations') }}
{{ newest_vintage(['event_id']) }}
