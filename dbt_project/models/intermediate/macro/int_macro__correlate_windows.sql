-- x is the other market, y is bitcoin; an observation has both, so x is NULL where y is.
with moves as (
    select
        session_date,
        asset,
        venue,
        close_at,
        previous_close_at,
        bitcoin_log_return_ratio as y,
        case when y is not null then coalesce(log_return_ratio, change_bps) end as x,
        known_at,
        provenance
    from {{ ref('fct_asset_session_return') }}
    where previous_close_at is not null
),

events as (
    select occurs_at
    from {{ ref('stg_seeds__macro_events') }}
    where status <> 'cancelled'
),

sessions as (
    select
        session_date,
        row_number() over (order by session_date) as session_number
    from {{ ref('stg_exchange_calendars__market_sessions') }}
    where exchange = 'XNYS'
),

placed as (
    select
        moves.session_date,
        moves.asset,
        moves.venue,
        moves.close_at,
        moves.previous_close_at,
        moves.x,
        moves.y,
        coalesce(events.occurs_at > moves.previous_close_at, false) as has_event,
        sessions.session_number,
        count(moves.x) over so_far as observation_number,
        moves.known_at,
        moves.provenance
    from moves
    asof left join events on moves.close_at >= events.occurs_at
    asof left join sessions on moves.session_date >= sessions.session_date
    window so_far as (partition by moves.asset, moves.venue order by moves.session_date)
),

-- cov(t) = 0.94 cov(t-1) + 0.06 x y, begun with the mean of the first 20 (method.md 8.2), is a sum with
-- growing weights; in a quotient of such sums the scale is gone. They outgrow a double after 11,000 sessions.
weighed as (
    select
        session_date,
        asset,
        venue,
        close_at,
        x,
        y,
        has_event,
        session_number,
        observation_number,
        case
            when observation_number <= 20 then 1.0 / 20
            else (1 - 0.94) * power(0.94, 20 - observation_number)
        end as weight,
        known_at,
        provenance
    from placed
),

smoothed as (
    select
        session_date,
        asset,
        venue,
        close_at,
        x,
        case when not has_event then x end as x_without_events,
        y,
        session_number,
        observation_number,
        count(x) filter (where has_event) over so_far as event_number,
        case
            when observation_number >= 20
                then
                    sum(weight * x * y) over so_far
                    / nullif(sqrt(sum(weight * x * x) over so_far) * sqrt(sum(weight * y * y) over so_far), 0)
        end as ewma_ratio,
        {{ rolling_correlation('y', 'x', 'year') }} as year_ratio,
        var_samp(x) over year as year_variance,
        max(known_at) over so_far as known_at,
        max(provenance) over so_far as provenance
    from weighed
    window
        so_far as (
            partition by asset, venue order by session_date rows between unbounded preceding and current row
        ),
        year as (
            partition by asset, venue order by session_date rows between 249 preceding and current row
        )
)

-- The 250 sessions before a window ended where it begins: they are summed once and looked up.
{% for window in [20, 40, 60, 90] -%}
    {%- set recent, walk = 'recent_' ~ window, 'walk_' ~ window -%}
    select
        session_date,
        asset,
        venue,
        {{ window }}::bigint as window_sessions_count,
        close_at,
        observation_number - lag(observation_number, {{ window }}, 0) over {{ walk }} as observations_count,
        -- Sessions of the exchange since the window's first: more than the window's where some did not land.
        greatest(
            {{ window }}, session_number - first_value(session_number) over {{ recent }} + 1
        ) as expected_count,
        {{ rolling_correlation('y', 'x', recent) }} as pearson_ratio,
        event_number - lag(event_number, {{ window }}, 0) over {{ walk }} as event_sessions_count,
        {{ rolling_correlation('y', 'x_without_events', recent) }} as without_events_ratio,
        ewma_ratio,
        var_samp(x) over {{ recent }} as variance,
        lag(observation_number, {{ window }}, 0) over {{ walk }}
        - lag(observation_number, {{ window + 250 }}, 0) over {{ walk }} as baseline_observations_count,
        lag(year_ratio, {{ window }}) over {{ walk }} as baseline_ratio,
        lag(year_variance, {{ window }}) over {{ walk }} as baseline_variance,
        known_at,
        provenance
    from smoothed
    window
        {{ walk }} as (partition by asset, venue order by session_date),
        {{ recent }} as (
            partition by asset, venue order by session_date
            rows between {{ window - 1 }} preceding and current row
        )
    {% if not loop.last %}
        union all

    {% endif %}
{%- endfor %}
