select
    height,
    observed_at,
    'BTC' as asset,
    difficulty,
    adjustment_ratio,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('mempool_space', 'difficulty_adjustments') }}
{{ newest_vintage(['height']) }}
