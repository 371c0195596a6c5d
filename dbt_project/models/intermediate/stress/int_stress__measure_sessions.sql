{#- What conditions ask of exchange sessions: other markets since the anchor, and the flows of funds. -#}
{%- set sessions_held, sessions_back, sessions_summed = 3, 5, 5 -%}
with moments as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        asset,
        anchor_at
    from {{ ref('int_stress__time_conditions') }}
),

-- Two sources of one index print one figure; the one that is known first is the later in the alphabet.
closes as (
    select
        session_date,
        asset as market,
        close_at,
        coalesce(close_price, yield_pct) as close_level,
        known_at,
        provenance
    from {{ ref('fct_asset_session_return') }}
    where asset in ('QQQ', 'SOX', 'DXY', 'UST10Y', 'VIX')
    qualify row_number() over (partition by asset, session_date order by venue desc) = 1
),

compared as (
    select
        session_date,
        market,
        close_at,
        close_level,
        lag(close_level, {{ sessions_back }})
            over (partition by market order by session_date)
            as earlier_level,
        max(known_at) over back as known_at,
        max(provenance) over back as provenance
    from closes
    window back as (
        partition by market order by session_date
        rows between {{ sessions_back }} preceding and current row
    )
),

since_anchor as (
    select
        moments.condition_id,
        moments.rule_version,
        moments.evaluated_at,
        compared.market,
        compared.close_at,
        case compared.market
            when 'DXY' then 100 * (compared.close_level / compared.earlier_level - 1)
            when 'UST10Y' then 100 * (compared.close_level - compared.earlier_level)
            when 'VIX' then compared.close_level
            else 100 * (compared.close_level / anchors.close_level - 1)
        end as reading,
        greatest(compared.known_at, anchors.known_at) as known_at,
        greatest(compared.provenance, anchors.provenance) as provenance,
        row_number() over (
            partition by moments.condition_id, moments.rule_version, moments.evaluated_at, compared.market
            order by compared.session_date desc
        ) as recency
    from moments
    inner join compared
        on
            moments.evaluated_at >= compared.close_at
            and cast(moments.anchor_at as date) <= compared.session_date
    left join closes as anchors
        on compared.market = anchors.market and cast(moments.anchor_at as date) = anchors.session_date
),

-- A session that is out, and whose value nobody knows, may be the worst: the others speak only against.
markets as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        case market
            when 'QQQ' then 'qqq_since_anchor'
            when 'SOX' then 'sox_since_anchor'
            when 'DXY' then 'dollar_5_sessions'
            when 'UST10Y' then 'yield_10y_5_sessions'
            when 'VIX' then 'vix'
        end as input_name,
        if(market in ('QQQ', 'SOX'), min(reading), max(reading)) as reading,
        count(reading) = {{ sessions_held }} as is_complete,
        max(close_at) as observed_at,
        max(known_at) as known_at,
        max(provenance) as provenance
    from since_anchor
    where recency <= {{ sessions_held }}
    group by condition_id, rule_version, evaluated_at, market
),

elapsed as (
    select
        moments.condition_id,
        moments.rule_version,
        moments.evaluated_at,
        'sessions_since_anchor' as input_name,
        count(*) as reading
    from moments
    inner join {{ ref('stg_exchange_calendars__market_sessions') }} as sessions
        on
            sessions.exchange = 'XNYS'
            and sessions.close_at between moments.anchor_at and moments.evaluated_at
    group by moments.condition_id, moments.rule_version, moments.evaluated_at
),

complete_sessions as (
    select
        asset,
        session_close_at,
        streak_sessions_count,
        sum(flow_usd) over five as flow_usd,
        count(*) over five as sessions_count,
        max(known_at) over five as known_at,
        max(provenance) over five as provenance
    from {{ ref('fct_etf_flow_daily') }}
    where fund = 'total' and flow_usd is not null and (is_every_fund_reported or not is_provisional)
    window five as (
        partition by asset
        order by session_date rows between {{ sessions_summed - 1 }} preceding and current row
    )
),

flows as (
    select
        moments.condition_id,
        moments.rule_version,
        moments.evaluated_at,
        sessions.flow_usd,
        sessions.sessions_count,
        sessions.streak_sessions_count,
        sessions.session_close_at,
        sessions.known_at,
        sessions.provenance
    from moments
    asof inner join complete_sessions as sessions
        on moments.asset = sessions.asset and moments.evaluated_at >= sessions.session_close_at
)

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
from markets

union all by name

select
    condition_id,
    rule_version,
    evaluated_at,
    input_name,
    reading,
    true as is_complete
from elapsed

union all by name

select
    condition_id,
    rule_version,
    evaluated_at,
    unnest(['flow_5_sessions', 'flow_streak']) as input_name,
    unnest([if(sessions_count = {{ sessions_summed }}, flow_usd, null), streak_sessions_count]) as reading,
    true as is_complete,
    session_close_at as observed_at,
    known_at,
    provenance
from flows
