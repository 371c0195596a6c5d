select
    event_id,
    event_kind,
    title,
    occurs_at,
    is_occurs_at_exact,
    announced_at,
    status,
    revision_number,
    source_url
from {{ ref('macro_events') }}
where announced_at <= {{ as_of_at() }}
qualify row_number() over (partition by event_id order by revision_number desc) = 1
