with marked as (
    select
        closes.session_date,
        closes.asset,
        closes.venue,
        closes.instrument_kind,
        closes.quote_currency,
        closes.close_at,
        closes.close_price,
        closes.yield_pct,
        case
            when bitcoin.period_end_at is not null then coalesce(moves.minute_end_at, bitcoin.period_end_at)
        end as bitcoin_close_at,
        bitcoin.close_price_usd * coalesce(moves.move_ratio, 1) as bitcoin_close_price_usd,
        greatest(
            closes.known_at,
            bitcoin.known_at,
            case when bitcoin.period_end_at is not null then moves.known_at end
        ) as known_at,
        greatest(
            closes.provenance,
            bitcoin.provenance,
            case when bitcoin.period_end_at is not null then moves.provenance end
        ) as provenance
    from {{ ref('int_macro__collect_closes') }} as closes
    -- The last whole hour: never later than the close, and less than an hour older. Where minutes of trades
    -- landed, it is moved on to the close by them.
    left join {{ ref('fct_price_composite_hourly') }} as bitcoin
        on
            bitcoin.asset = 'BTC'
            and bitcoin.is_final
            and {{ start_of('hour', 'closes.close_at') }} = bitcoin.period_end_at
    left join {{ ref('int_macro__move_to_close') }} as moves on closes.close_at = moves.close_at
),

-- The session before is the last that has a close: over a holiday or a gap both sides span the same days.
walked as (
    select
        session_date,
        asset,
        venue,
        instrument_kind,
        quote_currency,
        close_at,
        lag(session_date) over walk as previous_session_date,
        lag(close_at) over walk as previous_close_at,
        close_price,
        lag(close_price) over walk as previous_close_price,
        yield_pct,
        lag(yield_pct) over walk as previous_yield_pct,
        bitcoin_close_at,
        bitcoin_close_price_usd,
        lag(bitcoin_close_price_usd) over walk as previous_bitcoin_close_price_usd,
        greatest(known_at, lag(known_at) over walk) as known_at,
        greatest(provenance, lag(provenance) over walk) as provenance
    from marked
    window walk as (partition by asset, venue order by session_date)
)

select
    session_date,
    asset,
    venue,
    close_at,
    previous_session_date,
    previous_close_at,
    bitcoin_close_at,
    instrument_kind,
    quote_currency,
    case
        when previous_close_at is null then 'first_session'
        when bitcoin_close_price_usd is null then 'no_bitcoin_at_close'
        when previous_bitcoin_close_price_usd is null then 'no_bitcoin_at_previous_close'
    end as bitcoin_reason,
    {{ days_between('previous_session_date', 'session_date') }} as spanned_days,
    close_price,
    close_price / previous_close_price - 1 as return_ratio,
    ln(close_price / previous_close_price) as log_return_ratio,
    yield_pct,
    100 * (yield_pct - previous_yield_pct) as change_bps,
    bitcoin_close_price_usd,
    bitcoin_close_price_usd / previous_bitcoin_close_price_usd - 1 as bitcoin_return_ratio,
    ln(bitcoin_close_price_usd / previous_bitcoin_close_price_usd) as bitcoin_log_return_ratio,
    {{ days_between('previous_session_date', 'session_date') }} > 1 as is_multi_day,
    known_at,
    provenance
from walked
