select
    observed_date,
    observed_at,
    'VIX' as asset,
    'cboe' as venue,
    open_points,
    high_points,
    low_points,
    close_points,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('cboe', 'vix_daily') }}
{{ newest_vintage(['observed_date']) }}
