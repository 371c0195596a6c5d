select
    currency as asset,
    'okx' as venue,
    'inverse' as product,
    expiry_at,
    strike_price,
    observed_at,
    call_open_interest_coins,
    put_open_interest_coins,
    call_volume_coins,
    put_volume_coins,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('okx_options', 'open_interest_by_strike') }}
{{ newest_vintage(['currency', 'expiry_at', 'strike_price', 'observed_at']) }}
