select
    height,
    observed_at,
    'BTC' as asset,
    reward_coins,
    price_usd,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('mempool_space', 'block_rewards') }}
{{ newest_vintage(['height']) }}
