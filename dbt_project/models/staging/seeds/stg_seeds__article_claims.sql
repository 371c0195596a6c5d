-- depends_on: {{ ref('article_claims') }}
select
    article,
    claim_id,
    topic,
    statement,
    statement_zh,
    metric,
    entity,
    window_from_at,
    window_to_at,
    unit,
    comparison,
    claimed_value,
    tolerance,
    as_of_at,
    source_named,
    unstated,
    measure,
    publications,
    arithmetic,
    note,
    {{ as_of_at() }} as asked_at
from {{ claims_files() }}
-- Before its moment nobody had made the claim.
where as_of_at <= {{ as_of_at() }}
