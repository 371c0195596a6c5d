select
    r.article,
    r.claim_id,
    r.as_of_at,
    c.window_from_at,
    c.window_to_at,
    c.topic,
    c.statement,
    c.statement_zh,
    c.metric,
    c.entity,
    c.unit,
    c.comparison,
    c.claimed_value,
    c.tolerance,
    r.computed_value,
    r.computed_provenance,
    r.evidence_value,
    c.claimed_value - r.evidence_value as error,
    r.verdict,
    concat_ws(
        ' ',
        'It cannot be judged, for the article leaves out '
        || if(r.verdict = 'ambiguous', c.unstated, null)
        || '.',
        case
            when r.readings_said is not null
                then
                    case r.evidence
                        when 'measured' then 'Measured: '
                        when 'arithmetic' then 'By the article''s own figures: '
                        else ''
                    end
                    || r.readings_said || '.'
            when r.computed_value is not null
                then
                    'No independent evidence: the marts show '
                    || {{ say_number('r.computed_value') }}
                    || ', but from '
                    || r.computed_provenance || ' rows, which come of published figures and confirm none.'
            when r.measure is null then 'No independent evidence.'
            else
                'No independent evidence, and no data for '
                || strftime(c.window_from_at, '%Y-%m-%d %H:%M')
                || ' to '
                || strftime(c.window_to_at, '%Y-%m-%d %H:%M') || ' UTC.'
        end,
        case
            when r.verdict in ('ambiguous', 'unverifiable') then null
            when c.comparison = 'is_true'
                then {{ say_number('round(100 * r.holds_ratio)') }} || ' % of the claim holds'
            else
                'Claimed: ' || if(c.comparison = 'equals', '', replace(c.comparison, '_', ' ') || ' ')
                || {{ say_number('c.claimed_value') }} || ' ' || c.unit
                || if(c.tolerance > 0, ', give or take ' || {{ say_number('c.tolerance') }}, '')
        end
        || case r.verdict
            when 'ties' then ': that ties.'
            when 'ties_as_of' then ': that ties with what was known then, and no longer.'
            when 'partly' then ': that ties in part.'
            else ': that contradicts it.'
        end,
        c.note
    ) as reason,
    r.evidence,
    case
        when r.evidence is null then null
        -- As it stood is asked of the marts as they stood; the claims themselves are in the newest alone.
        when r.is_final or r.evidence = 'arithmetic' then r.evidence_query
        else
            replace(
                r.evidence_query, 'marts.',
                'marts_asof_' || strftime(r.as_of_at, '%Y%m%dt%H%M')
                || if(second(r.as_of_at) = 0, '', strftime(r.as_of_at, '%S')) || 'z.'
            )
    end as evidence_query,
    c.source_named,
    r.publishers,
    r.is_final,
    greatest(c.as_of_at, r.known_at) as known_at,
    greatest('published', r.computed_provenance) as provenance
from {{ ref('int_stress__judge_claims') }} as r
inner join {{ ref('stg_seeds__article_claims') }} as c on r.article = c.article and r.claim_id = c.claim_id
