with figures as (
    select
        fact_id as figure_id,
        topic,
        metric,
        entity,
        observed_from_at,
        observed_to_at,
        published_at,
        value,
        unit,
        publisher,
        citation,
        role,
        claim_id,
        kind,
        note,
        -- Nobody can have printed what was not over yet: the best that can be said without a date.
        coalesce(published_at, observed_to_at) as known_at,
        published_at is null as is_known_at_estimated
    from {{ ref('quoted_figures') }}
)

select
    figure_id,
    topic,
    metric,
    entity,
    observed_from_at,
    observed_to_at,
    published_at,
    value,
    unit,
    publisher,
    citation,
    role,
    claim_id,
    kind,
    note,
    known_at,
    is_known_at_estimated
from figures
where {{ is_known() }}
