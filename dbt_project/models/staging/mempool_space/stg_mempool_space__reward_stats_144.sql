select
    observed_at,
    'BTC' as asset,
    start_height,
    end_height,
    reward_coins,
    fees_coins,
    transactions_count,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('mempool_space', 'reward_stats_144') }}
{{ newest_vintage(['observed_at']) }}
