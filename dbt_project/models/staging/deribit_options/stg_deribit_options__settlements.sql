select
    instrument_name,
    currency as asset,
    'deribit' as venue,
    'inverse' as product,
    expiry_at,
    strike_price,
    option_type,
    settled_at,
    position_coins,
    index_price,
    mark_price_coins,
    profit_loss_coins,
    session_profit_loss_coins,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('deribit_options', 'settlements') }}
{{ newest_vintage(['instrument_name']) }}
