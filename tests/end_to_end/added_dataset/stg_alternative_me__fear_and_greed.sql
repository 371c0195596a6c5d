select
    observed_date,
    mood_index,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('alternative_me', 'fear_and_greed') }}
{{ newest_vintage(['observed_date']) }}
