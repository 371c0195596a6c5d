select
    series,
    observed_date,
    observed_at,
    value,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('fred', 'series_daily') }}
{{ newest_vintage(['series', 'observed_date']) }}
