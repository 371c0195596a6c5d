with judged as (
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
        is_satisfied,
        is_missing,
        is_stale,
        observed_at,
        expires_at,
        known_at,
        provenance
    from {{ ref('int_stress__judge_inputs') }}
),

-- One input of a group is enough; a group is undecided as long as an unknown one could still be that one.
asked_groups as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        group_name,
        min(input_number) as group_number,
        string_agg(input_name, ', ' order by input_number) as input_names,
        bool_or(is_wait) as is_wait,
        case
            when bool_or(is_satisfied) then true
            when count(is_satisfied) = count(*) then false
        end as is_satisfied
    from judged
    group by condition_id, rule_version, evaluated_at, group_name
),

counted as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        count(*) filter (where is_satisfied) as satisfied_count,
        count(*) as groups_count,
        string_agg(input_names, ', ' order by group_number) filter (where is_wait and not is_satisfied)
            as awaited,
        string_agg(input_names, ', ' order by group_number) filter (where not is_satisfied) as failing,
        case
            when bool_or(is_wait and not is_satisfied) then 'pending'
            when bool_or(not is_satisfied) then 'not_met'
            when count(is_satisfied) < count(*) then 'unknown'
            else 'met'
        end as seen_status
    from asked_groups
    group by condition_id, rule_version, evaluated_at
),

listed as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        cast(to_json(list(struct_pack(
            name := input_name,
            value := round(reading, 6),
            unit := unit,
            comparison := comparison,
            threshold := threshold,
            is_satisfied := is_satisfied,
            known_at := if(reading is null, null, known_at)
        ) order by input_number)) as varchar) as inputs,
        string_agg(input_name, ', ' order by input_number) filter (where is_missing) as missing,
        string_agg(input_name, ', ' order by input_number) filter (where is_stale) as stale,
        string_agg(input_name, ', ' order by input_number) filter (
            where is_satisfied is null and not is_missing and not is_stale
        ) as incomplete,
        min(observed_at) filter (where not is_wait) as oldest_at,
        min(expires_at) as expires_at,
        max(known_at) as known_at,
        max(provenance) as provenance
    from judged
    group by condition_id, rule_version, evaluated_at
),

-- A flip between met and not met is told when it is seen twice running; what cannot be said is told at once.
compared as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        satisfied_count,
        groups_count,
        awaited,
        failing,
        seen_status,
        case
            when seen_status in ('pending', 'unknown') then seen_status
            when coalesce(lag(seen_status) over walk, 'unknown') in (seen_status, 'pending', 'unknown')
                then seen_status
        end as settled_status
    from counted
    window walk as (partition by condition_id, rule_version order by evaluated_at)
),

told as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        satisfied_count,
        groups_count,
        awaited,
        failing,
        seen_status,
        last_value(settled_status ignore nulls) over walk as status
    from compared
    window walk as (partition by condition_id, rule_version order by evaluated_at)
),

turned as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        satisfied_count,
        groups_count,
        awaited,
        failing,
        seen_status,
        status,
        coalesce(lag(status) over walk, '') <> status as is_turn
    from told
    window walk as (partition by condition_id, rule_version order by evaluated_at)
)

select
    rules.condition_id,
    rules.rule_version,
    turned.evaluated_at,
    max(turned.evaluated_at) filter (where turned.is_turn) over walk as status_since_at,
    listed.expires_at,
    rules.event_name,
    rules.condition_kind,
    rules.title,
    rules.title_zh,
    rules.rule,
    turned.status,
    case
        when turned.status = 'pending' then 'waits for ' || turned.awaited
        when turned.status = 'unknown'
            then
                concat_ws(
                    '; ',
                    'no data for ' || listed.missing,
                    'too old: ' || listed.stale,
                    'incomplete: ' || listed.incomplete
                )
        when turned.status <> turned.seen_status then 'seen once as ' || turned.seen_status
        when turned.status = 'not_met' then 'fails ' || turned.failing
    end as reason,
    cast(turned.satisfied_count as double) as value, -- noqa: RF04
    'count' as unit,
    cast(turned.groups_count as double) as threshold,
    cast(turned.satisfied_count - turned.groups_count as double) as margin,
    listed.inputs,
    epoch(turned.evaluated_at - listed.oldest_at) / 3600 as evidence_age_hours,
    turned.evaluated_at = max(turned.evaluated_at) over (
        partition by rules.condition_id, rules.rule_version
    ) as is_newest,
    greatest(turned.evaluated_at, max(listed.known_at) over walk) as known_at,
    -- Where a condition has no evidence of its own, what it was looked for in.
    coalesce(
        max(listed.provenance) over walk,
        max(listed.provenance) over (partition by rules.event_name)
    ) as provenance
from turned
inner join listed
    on
        turned.condition_id = listed.condition_id
        and turned.rule_version = listed.rule_version
        and turned.evaluated_at = listed.evaluated_at
inner join {{ ref('condition_rules') }} as rules
    on turned.condition_id = rules.condition_id and turned.rule_version = rules.rule_version
window walk as (
    partition by rules.condition_id, rules.rule_version order by turned.evaluated_at
)
