select
    congress,
    citation,
    description,
    organization,
    is_civilian,
    received_date,
    observed_at,
    latest_action_date,
    latest_action,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('congress', 'nominations') }}
{{ newest_vintage(['congress', 'citation']) }}
