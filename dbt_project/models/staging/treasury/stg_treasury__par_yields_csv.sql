select
    tenor,
    observed_date,
    observed_at,
    par_yield_pct,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('treasury', 'par_yields_csv') }}
{{ newest_vintage(['tenor', 'observed_date']) }}
