-- What a table of all funds says of one comes first. An issuer's own shares may be dated a session later, so
-- they stand in only where no table landed. A fund that has not reported is no row here.
with funds as (
    select
        1 as preference,
        'farside.btc_flows' as flow_source,
        session_date,
        asset,
        fund,
        flow_usd,
        known_at,
        provenance
    from {{ ref('stg_farside__btc_flows') }}
    where fund <> 'total' and flow_usd is not null
    union all
    select
        2 as preference,
        'coinglass.etf_flows_1d' as flow_source,
        session_date,
        asset,
        ticker as fund,
        flow_usd,
        known_at,
        provenance
    from {{ ref('stg_coinglass__etf_flows_1d') }}
    where ticker <> 'TOTAL' and flow_usd is not null
    union all
    select
        3 as preference,
        'ishares.ibit_fund_history' as flow_source,
        session_date,
        asset,
        fund,
        flow_usd,
        known_at,
        provenance
    from {{ ref('int_flows__shares_flow') }}
    where flow_usd is not null
),

chosen as (
    select
        flow_source,
        session_date,
        asset,
        fund,
        flow_usd,
        known_at,
        provenance
    from funds
    qualify row_number() over (partition by session_date, asset, fund order by preference) = 1
)

select
    session_date,
    asset,
    fund,
    flow_usd,
    null as value_traded_usd,
    null as net_assets_usd,
    null as cumulative_flow_usd,
    flow_source,
    known_at,
    provenance
from chosen
union all
select
    session_date,
    asset,
    'total' as fund,
    flow_usd,
    value_traded_usd,
    net_assets_usd,
    cumulative_flow_usd,
    'sosovalue.etf_flow_totals' as flow_source,
    known_at,
    provenance
from {{ ref('stg_sosovalue__etf_flow_totals') }}
