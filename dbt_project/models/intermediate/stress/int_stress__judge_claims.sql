with readings as (
    select
        c.article,
        c.claim_id,
        m.as_of_at,
        m.is_final,
        m.reading_number,
        m.kind,
        m.value,
        m.provenance,
        m.publishers,
        m.known_at,
        m.query,
        c.unstated,
        concat_ws(' ', m.publishers, {{ say_number('m.value') }}) as reading_said,
        case
            when m.value is null then null
            when m.kind = 'publication' then 'independent_publication'
            when m.kind = 'arithmetic' then 'arithmetic'
            -- What was made to fit published figures decides nothing; what is published may be the claim.
            when m.provenance in ('measured', 'reconstructed') then m.provenance
        end as evidence,
        case c.comparison
            when 'equals' then cast(abs(m.value - c.claimed_value) <= c.tolerance as double)
            when 'at_least' then cast(m.value >= c.claimed_value - c.tolerance as double)
            when 'at_most' then cast(m.value <= c.claimed_value + c.tolerance as double)
            when 'is_true' then m.value
        end as holds_ratio
    from {{ ref('int_stress__gather_measurements') }} as m
    inner join {{ ref('stg_seeds__article_claims') }} as c
        on m.article = c.article and m.claim_id = c.claim_id
),

strongest as (
    select
        article,
        claim_id,
        as_of_at,
        is_final,
        reading_number,
        kind,
        value,
        provenance,
        publishers,
        known_at,
        query,
        unstated,
        reading_said,
        evidence,
        holds_ratio,
        dense_rank() over (
            partition by article, claim_id, as_of_at, is_final
            order by
                case evidence
                    when 'measured' then 1
                    when 'independent_publication' then 2
                    when 'arithmetic' then 3
                    when 'reconstructed' then 4
                end nulls last
        ) = 1 as is_strongest,
        is_strongest and evidence <> 'reconstructed' as decides
    from readings
),

weighed as (
    select
        article,
        claim_id,
        as_of_at,
        is_final,
        max(value) filter (where kind = 'marts') as computed_value,
        max(provenance) filter (where kind = 'marts' and value is not null) as computed_provenance,
        max(query) filter (where kind = 'marts') as measure,
        max(unstated) as unstated,
        max(evidence) filter (where is_strongest) as evidence,
        quantile_disc(value, 0.5) filter (where decides) as evidence_value,
        string_agg(reading_said, '; ' order by reading_number) filter (where decides) as readings_said,
        avg(holds_ratio) filter (where decides) as holds_ratio,
        max(query) filter (where is_strongest) as evidence_query,
        flatten(list(string_split(publishers, ', ')) filter (where decides)) as publishers,
        max(known_at) filter (where is_strongest or kind = 'marts') as known_at
    from strongest
    group by article, claim_id, as_of_at, is_final
),

judged as (
    select
        article,
        claim_id,
        as_of_at,
        is_final,
        computed_value,
        computed_provenance,
        measure,
        evidence,
        evidence_value,
        readings_said,
        holds_ratio,
        evidence_query,
        publishers,
        known_at,
        case
            when unstated is not null and coalesce(holds_ratio, 1) > 0 then 'ambiguous'
            when holds_ratio is null then 'unverifiable'
            when holds_ratio >= 1 then 'ties'
            when holds_ratio <= 0 then 'contradicted'
            else 'partly'
        end as verdict
    from weighed
)

select
    article,
    claim_id,
    as_of_at,
    is_final,
    computed_value,
    computed_provenance,
    measure,
    evidence,
    evidence_value,
    readings_said,
    holds_ratio,
    evidence_query,
    array_to_string(list_sort(list_distinct(publishers)), ', ') as publishers,
    known_at,
    if(
        verdict = 'ties' and not is_final
        and max(verdict) filter (where is_final) over (partition by article, claim_id) = 'contradicted',
        'ties_as_of', verdict
    ) as verdict
from judged
