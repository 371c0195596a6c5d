select
    observed_date,
    period_start_at,
    period_end_at,
    'BTC' as asset,
    hashrate_eh_s,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('mempool_space', 'hashrates') }}
{{ newest_vintage(['observed_date']) }}
