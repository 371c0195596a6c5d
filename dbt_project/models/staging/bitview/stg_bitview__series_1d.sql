select
    series,
    observed_date,
    period_start_at,
    period_end_at,
    'BTC' as asset,
    value,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('bitview', 'series_1d') }}
{{ newest_vintage(['series', 'observed_date']) }}
