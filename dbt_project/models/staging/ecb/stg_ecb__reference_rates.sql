select
    currency,
    observed_date,
    observed_at,
    units_per_eur,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('ecb', 'reference_rates') }}
{{ newest_vintage(['currency', 'observed_date']) }}
