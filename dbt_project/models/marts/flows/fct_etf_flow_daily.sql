select
    sessions.session_date,
    sessions.asset,
    sessions.fund,
    sessions.flow_usd,
    sessions.flow_usd / prices.close_price_usd as flow_coins,
    case
        when sessions.is_month_covered then sum(sessions.flow_usd) over month_so_far
    end as month_to_date_usd,
    streaks.streak_sessions_count,
    sessions.value_traded_usd,
    sessions.net_assets_usd,
    sessions.cumulative_flow_usd,
    sessions.vintages_count,
    funds.funds_reported_count,
    funds.funds_flow_usd - sessions.flow_usd as funds_difference_usd,
    sessions.status,
    sessions.flow_source,
    sessions.status = 'provisional' as is_provisional,
    bool_or(sessions.status <> 'final') over month_so_far as month_to_date_is_provisional,
    funds.is_every_fund_reported,
    sessions.session_close_at,
    -- A price and a second opinion have a lineage of their own: a flow is no later and no weaker for them.
    case
        when prices.close_price_usd is not null and sessions.flow_usd is not null
            then greatest(sessions.known_at, prices.known_at)
    end as flow_coins_known_at,
    case
        when prices.close_price_usd is not null and sessions.flow_usd is not null
            then greatest(sessions.provenance, prices.provenance)
    end as flow_coins_provenance,
    funds.known_at as funds_known_at,
    funds.provenance as funds_provenance,
    greatest(max(sessions.known_at) over month_so_far, streaks.known_at) as known_at,
    greatest(max(sessions.provenance) over month_so_far, streaks.provenance) as provenance
from {{ ref('int_flows__align_to_sessions') }} as sessions
inner join {{ ref('int_flows__count_streaks') }} as streaks
    on
        sessions.asset = streaks.asset
        and sessions.fund = streaks.fund
        and sessions.session_date = streaks.session_date
-- The composite of the hour that ends with the session: what a coin was worth when the funds were valued.
left join {{ ref('int_prices__compose_hours') }} as prices
    on
        sessions.asset = prices.asset
        and sessions.session_close_at = prices.period_end_at
left join {{ ref('int_flows__sum_funds') }} as funds
    on
        -- Within the key: a condition beside it would have every row compared with every other.
        case sessions.fund when 'total' then sessions.asset end = funds.asset
        and sessions.session_date = funds.session_date
window month_so_far as (
    partition by sessions.asset, sessions.fund, date_trunc('month', sessions.session_date)
    order by sessions.session_date
    rows between unbounded preceding and current row
)
