select
    observed_at,
    'BTC' as asset,
    estimated_at,
    next_retarget_height,
    estimated_change_pct,
    estimated_retarget_at,
    progress_pct,
    remaining_blocks_count,
    mean_block_interval_seconds,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('mempool_space', 'difficulty_estimate') }}
{{ newest_vintage(['observed_at']) }}
