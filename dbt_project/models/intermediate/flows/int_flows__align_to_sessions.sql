-- A print is complete some 36 hours after the close: issuers report over the night and the next morning,
-- late ones a day later. Shorter would call a partial figure final, longer would only delay the word.
{%- set settling = 'interval 36 hour' %}

with flows as (
    select
        session_date,
        asset,
        fund,
        flow_usd,
        value_traded_usd,
        net_assets_usd,
        cumulative_flow_usd,
        flow_source,
        known_at,
        provenance
    from {{ ref('int_flows__collect_flows') }}
),

spans as (
    select
        asset,
        fund,
        min(session_date) as first_date,
        max(session_date) as last_date
    from flows
    group by asset, fund
),

-- Versions are kept of totals alone.
vintages as (
    select
        asset,
        session_date,
        count(*) as vintages_count
    from {{ ref('stg_sosovalue__etf_flow_vintages') }}
    group by asset, session_date
)

select
    sessions.session_date,
    spans.asset,
    spans.fund,
    sessions.close_at as session_close_at,
    flows.flow_usd,
    flows.value_traded_usd,
    flows.net_assets_usd,
    flows.cumulative_flow_usd,
    case when spans.fund = 'total' then coalesce(vintages.vintages_count, 0) end as vintages_count,
    case
        when sessions.clock_at < sessions.close_at + {{ settling }} then 'provisional'
        when flows.flow_usd is null then 'missing'
        else 'final'
    end as status,
    spans.first_date <= sessions.first_session_of_month_date as is_month_covered,
    flows.flow_source,
    flows.known_at,
    flows.provenance
from spans
inner join {{ ref('stg_exchange_calendars__market_sessions') }} as sessions
    on
        sessions.exchange = 'XNYS'
        and spans.first_date <= sessions.session_date
        -- Without a clock the series ends at its own last session.
        and (sessions.clock_at is not null or spans.last_date >= sessions.session_date)
left join flows
    on
        spans.asset = flows.asset
        and spans.fund = flows.fund
        and sessions.session_date = flows.session_date
left join vintages
    on
        spans.asset = vintages.asset
        and sessions.session_date = vintages.session_date
