{%- set measures = ['sessions', 'leverage', 'miners', 'options'] -%}
with measured as (
    {% for measure in measures %}
        select
            condition_id,
            rule_version,
            evaluated_at,
            input_name,
            reading,
            is_complete,
            observed_at,
            known_at,
            provenance
        from {{ ref('int_stress__measure_' ~ measure) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

inputs as (
    select
        moments.condition_id,
        moments.rule_version,
        moments.evaluated_at,
        asked.input_number,
        asked.input_name,
        asked.group_name,
        asked.comparison,
        asked.threshold,
        asked.unit,
        asked.is_wait,
        measured.reading,
        measured.is_complete,
        measured.observed_at,
        measured.observed_at + asked.max_age_hours * interval 1 hour as expires_at,
        measured.known_at,
        measured.provenance,
        case
            when {{ lies_within('asked.comparison', 'measured.reading', 'asked.threshold') }} then 'within'
            when
                {{ lies_within('asked.comparison', 'measured.reading', 'asked.release_threshold') }}
                then 'between'
            when measured.reading is not null then 'beyond'
        end as side
    from {{ ref('int_stress__time_conditions') }} as moments
    inner join {{ ref('condition_inputs') }} as asked
        on moments.condition_id = asked.condition_id and moments.rule_version = asked.rule_version
    left join measured
        on
            asked.condition_id = measured.condition_id
            and asked.rule_version = measured.rule_version
            and asked.input_name = measured.input_name
            and moments.evaluated_at = measured.evaluated_at
)

-- Hysteresis: between threshold and release an input stays what it was last.
select
    condition_id,
    rule_version,
    evaluated_at,
    input_number,
    input_name,
    group_name,
    comparison,
    threshold,
    unit,
    is_wait,
    reading,
    observed_at,
    expires_at,
    known_at,
    provenance,
    side is null as is_missing,
    coalesce(expires_at < evaluated_at, false) as is_stale,
    last_value(case side when 'within' then true when 'beyond' then false end ignore nulls)
        over walk as is_within,
    case
        when side is null or expires_at < evaluated_at then null
        when coalesce(is_within, false) and not is_complete then null
        else coalesce(is_within, false)
    end as is_satisfied
from inputs
window walk as (
    partition by condition_id, rule_version, input_number order by evaluated_at
)
