{#- Only staging reads the clock: a build stands for the moment its newest evidence was known at. -#}
{%- set evidence = [
    'fct_asset_session_return', 'fct_deleveraging_daily', 'fct_etf_flow_daily', 'fct_hashprice_daily',
    'fct_option_open_interest', 'fct_vol_surface',
] -%}
with clock as (
    select max(known_at) as clock_at
    from (
        {% for mart in evidence %}
            select max(known_at) as known_at from {{ ref(mart) }}
            {{ 'union all' if not loop.last }}
        {% endfor %}
    )
),

rules as (
    select
        rules.condition_id,
        rules.rule_version,
        rules.asset,
        rules.venue,
        rules.machine_class,
        rules.anchor_at,
        least(clock.clock_at, rules.last_evaluated_at) as newest_at
    from {{ ref('condition_rules') }} as rules
    cross join clock
    -- A warehouse that did not see the hours before an event has nothing to say of it.
    where
        clock.clock_at >= rules.anchor_at
        and exists (
            select 1
            from {{ ref('fct_price_composite_hourly') }} as prices
            where
                rules.asset = prices.asset
                and prices.period_end_at between rules.anchor_at - interval 1 day and rules.anchor_at
        )
)

select
    condition_id,
    rule_version,
    unnest(
        list_distinct(
            generate_series(date_trunc('day', anchor_at) + interval 1 day, newest_at, interval 1 day)
            || [newest_at]
        )
    ) as evaluated_at,
    asset,
    venue,
    machine_class,
    anchor_at
from rules
