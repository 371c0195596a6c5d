with spot as (
    select
        period_start_at,
        asset,
        (2 * taker_buy_coins - volume_coins) / nullif(volume_coins, 0) as spot_flow_ratio,
        known_at,
        provenance
    from {{ ref('int_prices__collect_hours') }}
    where venue = 'binance' and quote_currency = 'USDT' and taker_buy_coins is not null
),

perp as (
    select
        period_start_at,
        asset,
        (2 * taker_buy_coins - volume_coins) / nullif(volume_coins, 0) as perp_flow_ratio,
        known_at,
        provenance
    from {{ ref('int_derivatives__collect_perp_hours') }}
    where quote_currency = 'USDT' and taker_buy_coins is not null
),

-- Closed positions count where yesterday's funding says that shorts were the crowded side. Picking hours by
-- the price of the same hour would put the answer into the question.
hours as (
    select
        prices.period_start_at as started_at,
        prices.asset,
        prices.period_end_at as ended_at,
        ln(1 + prices.return_ratio) as log_return_ratio,
        case
            when funding.is_below_neutral then least(positions.position_effect_coins_ratio, 0)
            when not funding.is_below_neutral and positions.position_effect_coins_ratio is not null then 0
        end as short_covering_ratio,
        spot.spot_flow_ratio,
        perp.perp_flow_ratio,
        funding.is_below_neutral,
        greatest(
            prices.known_at, positions.known_at, funding.known_at, spot.known_at, perp.known_at
        ) as known_at,
        greatest(
            prices.provenance, positions.provenance, funding.provenance, spot.provenance, perp.provenance
        ) as provenance
    from {{ ref('fct_price_composite_hourly') }} as prices
    left join {{ ref('fct_open_interest_hourly') }} as positions
        on
            prices.asset = positions.asset
            and prices.period_start_at = positions.period_start_at
            and positions.venue = 'all'
    left join {{ ref('fct_funding_daily') }} as funding
        on
            prices.asset = funding.asset
            and cast(prices.period_start_at as date) = funding.observed_date + 1
            and funding.venue = 'all'
    left join spot on prices.asset = spot.asset and prices.period_start_at = spot.period_start_at
    left join perp on prices.asset = perp.asset and prices.period_start_at = perp.period_start_at
    where prices.is_final and prices.return_ratio is not null
),

sessions as (
    select
        session_date,
        previous_close_at as started_at,
        close_at as ended_at,
        any_value(bitcoin_log_return_ratio) as log_return_ratio,
        any_value(factor_change_ratio) filter (where factor = 'equity') as equity_ratio,
        any_value(factor_change_ratio) filter (where factor = 'gold') as gold_ratio,
        any_value(factor_change_ratio) filter (where factor = 'dollar') as dollar_ratio,
        any_value(factor_change_ratio) filter (where factor = 'rate_2y') as rate_2y_ratio,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_macro__line_up_factors') }}
    where factor_set = 'multi'
    group by session_date, previous_close_at, close_at
),

-- Sums over fewer than four fifths of the hours are of another interval.
session_flow as (
    select
        sessions.started_at,
        sum(hours.short_covering_ratio) as short_covering_ratio,
        sum(hours.spot_flow_ratio) as spot_flow_ratio,
        sum(hours.perp_flow_ratio) as perp_flow_ratio,
        bool_or(hours.is_below_neutral) as is_below_neutral,
        max(hours.known_at) as known_at,
        max(hours.provenance) as provenance
    from sessions
    inner join hours
        on
            hours.asset = 'BTC'
            and sessions.started_at < hours.ended_at
            and sessions.ended_at >= hours.ended_at
    group by sessions.started_at, sessions.ended_at
    having
        least(
            count(hours.short_covering_ratio), count(hours.spot_flow_ratio), count(hours.perp_flow_ratio)
        ) >= 0.8 * date_diff('hour', sessions.started_at, sessions.ended_at)
)

select
    hours.started_at,
    hours.asset,
    'hour' as sampling,
    hours.ended_at,
    hours.log_return_ratio,
    cast(null as double) as equity_ratio,
    cast(null as double) as gold_ratio,
    cast(null as double) as dollar_ratio,
    cast(null as double) as rate_2y_ratio,
    hours.short_covering_ratio,
    hours.spot_flow_ratio,
    hours.perp_flow_ratio,
    coalesce(hours.is_below_neutral, false) as is_below_neutral,
    coalesce(moves.is_event, false) as is_event,
    hours.known_at,
    hours.provenance
from hours
left join {{ ref('int_stress__scale_moves') }} as moves
    on
        moves.window_kind = 'low_to_last'
        and hours.asset = moves.asset
        and cast(hours.started_at as date) = moves.observed_date

union all

select
    sessions.started_at,
    'BTC' as asset,
    'session' as sampling,
    sessions.ended_at,
    sessions.log_return_ratio,
    sessions.equity_ratio,
    sessions.gold_ratio,
    sessions.dollar_ratio,
    sessions.rate_2y_ratio,
    session_flow.short_covering_ratio,
    session_flow.spot_flow_ratio,
    session_flow.perp_flow_ratio,
    coalesce(session_flow.is_below_neutral, false) as is_below_neutral,
    coalesce(moves.is_event, false) as is_event,
    greatest(sessions.known_at, session_flow.known_at) as known_at,
    greatest(sessions.provenance, session_flow.provenance) as provenance
from sessions
left join session_flow on sessions.started_at = session_flow.started_at
left join {{ ref('int_stress__scale_moves') }} as moves
    on moves.window_kind = 'close_to_close' and sessions.started_at = moves.window_started_at
