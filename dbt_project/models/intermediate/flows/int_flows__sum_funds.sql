-- Only a source of all funds can say that all have reported, each in its own way: one holds its total back
-- until then, the other lists every fund and leaves the flow of a late one empty.
with tables as (
    select
        1 as preference,
        session_date,
        asset,
        count(*) filter (where fund <> 'total') as funds_reported_count,
        bool_or(fund = 'total') as is_every_fund_reported,
        sum(flow_usd) filter (where fund <> 'total') as funds_flow_usd,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('stg_farside__btc_flows') }}
    group by session_date, asset
    union all
    select
        2 as preference,
        session_date,
        asset,
        count(flow_usd) filter (where ticker <> 'TOTAL') as funds_reported_count,
        coalesce(bool_and(flow_usd is not null) filter (where ticker <> 'TOTAL'), false)
            as is_every_fund_reported,
        sum(flow_usd) filter (where ticker <> 'TOTAL') as funds_flow_usd,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('stg_coinglass__etf_flows_1d') }}
    group by session_date, asset
    union all
    select
        3 as preference,
        session_date,
        asset,
        count(flow_usd) as funds_reported_count,
        null as is_every_fund_reported,
        null as funds_flow_usd,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_flows__shares_flow') }}
    where flow_usd is not null
    group by session_date, asset
)

select
    session_date,
    asset,
    funds_reported_count,
    is_every_fund_reported,
    case when is_every_fund_reported and funds_reported_count > 0 then funds_flow_usd end as funds_flow_usd,
    known_at,
    provenance
from tables
qualify
    row_number() over (
        partition by session_date, asset order by coalesce(is_every_fund_reported, false) desc, preference
    ) = 1
