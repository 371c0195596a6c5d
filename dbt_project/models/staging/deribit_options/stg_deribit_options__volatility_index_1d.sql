select
    currency as asset,
    'deribit' as venue,
    period_start_at,
    period_end_at,
    open_iv_ratio,
    high_iv_ratio,
    low_iv_ratio,
    close_iv_ratio,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('deribit_options', 'volatility_index_1d') }}
{{ newest_vintage(['currency', 'period_start_at']) }}
