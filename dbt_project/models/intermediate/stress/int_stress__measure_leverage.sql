{#- What conditions ask of leverage, by UTC days; of the day a build stands in, the part that is known. -#}
{%- set days_watched = 3 -%}
with days as (
    select
        moments.condition_id,
        moments.rule_version,
        moments.evaluated_at,
        moments.anchor_at,
        leverage.observed_date,
        case
            when leverage.observed_date is not null
                then least(leverage.observed_date + interval 1 day, moments.evaluated_at)
        end as observed_at,
        leverage.observed_date >= moments.evaluated_at - interval {{ days_watched }} day as is_watched,
        100 * leverage.liquidation_intensity_ratio as liquidated_pct,
        100 * leverage.funding_rate_8h_ratio as funding_pct,
        case
            when
                leverage.observed_date >= cast(moments.anchor_at as date)
                then leverage.open_interest_chained_coins
        end as open_interest_coins,
        leverage.known_at,
        leverage.provenance
    from {{ ref('int_stress__time_conditions') }} as moments
    left join {{ ref('fct_deleveraging_daily') }} as leverage
        on
            moments.asset = leverage.asset
            and moments.evaluated_at > leverage.observed_date
            and moments.anchor_at - interval {{ days_watched + 1 }} day <= leverage.observed_date
),

measured as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        epoch(evaluated_at - any_value(anchor_at)) / 3600 as elapsed_hours,
        max(liquidated_pct) filter (where is_watched) as liquidated_pct,
        count(liquidated_pct) filter (where is_watched) as liquidated_days,
        max(observed_at) filter (where liquidated_pct is not null) as liquidated_at,
        max(abs(funding_pct)) filter (where is_watched) as farthest_funding_pct,
        arg_max(funding_pct, observed_date) as funding_pct,
        count(funding_pct) filter (where is_watched) as funding_days,
        max(observed_at) filter (where funding_pct is not null) as funding_at,
        100 * (arg_max(open_interest_coins, observed_date) / min(open_interest_coins) - 1) as above_low_pct,
        max(observed_at) filter (where open_interest_coins is not null) as open_interest_at,
        max(known_at) as known_at,
        max(provenance) as provenance
    from days
    group by condition_id, rule_version, evaluated_at
)

{# A day that is missing may be the worst: the others speak only against. #}
{%- for name, value, is_complete, observed_at in [
    ('hours_since_anchor', 'elapsed_hours', 'true', 'evaluated_at'),
    ('liquidations_worst_day', 'liquidated_pct', 'liquidated_days = ' ~ days_watched, 'liquidated_at'),
    ('funding_8h_farthest', 'farthest_funding_pct', 'funding_days = ' ~ days_watched, 'funding_at'),
    ('funding_8h', 'funding_pct', 'true', 'funding_at'),
    ('open_interest_above_low', 'above_low_pct', 'true', 'open_interest_at'),
] %}
    select
        condition_id,
        rule_version,
        evaluated_at,
        '{{ name }}' as input_name,
        {{ value }} as reading,
        {{ is_complete }} as is_complete,
        {{ observed_at }} as observed_at,
        known_at,
        provenance
    from measured
    {{ 'union all' if not loop.last }}
{% endfor %}
