select
    series,
    observed_date,
    vintage_date,
    observed_at,
    value,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('fred_api', 'observations') }}
-- Vintages are rows of the source, so the newest of a day is chosen among them too.
{{ newest_vintage(['series', 'observed_date']) }}
