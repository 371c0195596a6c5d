select
    observed_date,
    period_start_at,
    period_end_at,
    'BTC' as asset,
    miners_revenue_usd,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('blockchain_info', 'miners_revenue') }}
{{ newest_vintage(['observed_date']) }}
