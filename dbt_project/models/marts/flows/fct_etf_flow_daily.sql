select
    sessions.session_date,
    sessions.asset,
    'total' as fund,
    sessions.flow_usd,
    case
        when sessions.is_month_covered then sum(sessions.flow_usd) over month_so_far
    end as month_to_date_usd,
    streaks.streak_sessions_count,
    sessions.value_traded_usd,
    sessions.net_assets_usd,
    sessions.cumulative_flow_usd,
    sessions.vintages_count,
    sessions.status,
    sessions.status = 'provisional' as is_provisional,
    bool_or(sessions.status <> 'final') over month_so_far as month_to_date_is_provisional,
    sessions.session_close_at,
    greatest(max(sessions.known_at) over month_so_far, streaks.known_at) as known_at,
    greatest(max(sessions.provenance) over month_so_far, streaks.provenance) as provenance
from {{ ref('int_flows__align_to_sessions') }} as sessions
inner join {{ ref('int_flows__count_streaks') }} as streaks
    on
        sessions.asset = streaks.asset
        and sessions.session_date = streaks.session_date
window month_so_far as (
    partition by sessions.asset, date_trunc('month', sessions.session_date) order by sessions.session_date
    rows between unbounded preceding and current row
)
