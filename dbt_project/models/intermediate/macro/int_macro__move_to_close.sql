{%- set stale_after = 'interval 5 minute' -%}
-- Both ends are read off one venue's minutes, so that its distance from the composite is not in the move. The
-- bound keeps the last minute before an outage, or before a weekend, from standing for a close after it.
with closes as (
    select distinct
        close_at,
        {{ start_of('hour', 'close_at') }} as hour_end_at
    from {{ ref('int_macro__collect_closes') }}
    where close_at > {{ start_of('hour', 'close_at') }}
),

moments as (
    select close_at as moment_at from closes
    union
    select hour_end_at as moment_at from closes
),

minutes as (
    select
        moments.moment_at,
        max(bars.period_end_at) as period_end_at,
        {{ last_by('bars.close_price', 'bars.period_end_at') }} as close_price,
        {{ last_by('bars.known_at', 'bars.period_end_at') }} as known_at,
        {{ last_by('bars.provenance', 'bars.period_end_at') }} as provenance
    from moments
    inner join {{ ref('int_prices__trade_bars') }} as bars
        on
            bars.asset = 'BTC'
            and bars.venue = 'binance'
            and bars.quote_currency = 'USDT'
            and bars.product = 'spot'
            and moments.moment_at >= bars.period_end_at
            and moments.moment_at - {{ stale_after }} < bars.period_end_at
    group by moments.moment_at
)

select
    closes.close_at,
    at_close.period_end_at as minute_end_at,
    at_close.close_price / at_hour.close_price as move_ratio,
    greatest(at_close.known_at, at_hour.known_at) as known_at,
    greatest(at_close.provenance, at_hour.provenance) as provenance
from closes
inner join minutes as at_close on closes.close_at = at_close.moment_at
inner join minutes as at_hour on closes.hour_end_at = at_hour.moment_at
