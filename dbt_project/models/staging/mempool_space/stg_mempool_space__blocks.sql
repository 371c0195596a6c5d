select
    height,
    observed_at,
    'BTC' as asset,
    block_hash,
    difficulty,
    transactions_count,
    fees_coins,
    reward_coins,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('mempool_space', 'blocks') }}
{{ newest_vintage(['height']) }}
