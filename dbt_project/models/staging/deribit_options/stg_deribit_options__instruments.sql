select
    instrument_name,
    currency as asset,
    'deribit' as venue,
    'inverse' as product,
    expiry_at,
    strike_price,
    option_type,
    observed_at,
    listed_at,
    contract_size_coins,
    tick_size_coins,
    settlement_currency,
    is_active,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('deribit_options', 'instruments') }}
{{ newest_vintage(['instrument_name', 'observed_at']) }}
