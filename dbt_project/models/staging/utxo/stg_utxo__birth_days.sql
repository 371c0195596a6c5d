select
    asset,
    observed_at,
    created_date,
    first_height,
    last_height,
    outputs_count,
    value_sats,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ ref('stg_utxo__births') }}
{{ newest_file(['asset'], 'observed_at') }}
