-- Moves are measured in deviations of the 250 returns before them, so that a quiet year and a wild one have
-- their own rebounds. A deviation through a day holds that day and is for the next.
with days as (
    select
        observed_date,
        asset,
        ln(1 + return_ratio) as log_return_ratio,
        known_at,
        provenance
    from {{ ref('fct_price_composite_daily') }}
    where return_ratio is not null
),

scaled_days as (
    select
        observed_date,
        asset,
        log_return_ratio,
        case
            when count(*) over so_far >= 60 then stddev_samp(log_return_ratio) over so_far
        end as deviation_ratio,
        max(known_at) over so_far as known_at,
        max(provenance) over so_far as provenance
    from days
    window so_far as (
        partition by asset order by observed_date rows between 249 preceding and current row
    )
),

-- The venue that covers most of the day, by the finest bars.
lows as (
    select
        observed_date,
        asset,
        venue,
        quote_currency,
        low_at,
        last_at,
        ln(last_price / low_price) as log_return_ratio,
        known_at,
        provenance
    from {{ ref('fct_price_move') }}
    qualify row_number() over (
        partition by asset, observed_date
        order by -bars_count * resolution_minutes, resolution_minutes, venue, quote_currency
    ) = 1
),

sessions as (
    select
        session_date,
        previous_close_at,
        close_at,
        bitcoin_log_return_ratio,
        known_at,
        provenance
    from {{ ref('int_macro__line_up_factors') }}
    where factor_set = 'multi' and factor = 'equity' and bitcoin_log_return_ratio is not null
),

scaled_sessions as (
    select
        session_date,
        previous_close_at,
        close_at,
        bitcoin_log_return_ratio,
        case
            when count(*) over year_before >= 60 then stddev_samp(bitcoin_log_return_ratio) over year_before
        end as deviation_ratio,
        max(known_at) over so_far as known_at,
        max(provenance) over so_far as provenance
    from sessions
    window
        year_before as (order by session_date rows between 250 preceding and 1 preceding),
        so_far as (order by session_date rows between 250 preceding and current row)
)

select
    lows.low_at as window_started_at,
    lows.asset,
    'low_to_last' as window_kind,
    lows.last_at as window_ended_at,
    lows.observed_date,
    lows.venue,
    -- The hour of the low is split by it, and its flow with it: whole hours begin after it.
    date_trunc('hour', lows.low_at) + interval 1 hour as hours_from_at,
    cast(lows.observed_date as timestamp) as history_ended_at,
    lows.log_return_ratio as window_return_ratio,
    yesterday.deviation_ratio,
    coalesce(abs(today.log_return_ratio) >= 3 * yesterday.deviation_ratio, false) as is_event,
    greatest(lows.known_at, yesterday.known_at) as known_at,
    greatest(lows.provenance, yesterday.provenance) as provenance
from lows
left join scaled_days as yesterday
    on lows.asset = yesterday.asset and lows.observed_date = yesterday.observed_date + 1
left join scaled_days as today
    on lows.asset = today.asset and lows.observed_date = today.observed_date

union all

select
    previous_close_at as window_started_at,
    'BTC' as asset,
    'close_to_close' as window_kind,
    close_at as window_ended_at,
    session_date as observed_date,
    'all' as venue,
    previous_close_at as hours_from_at,
    previous_close_at as history_ended_at,
    bitcoin_log_return_ratio as window_return_ratio,
    deviation_ratio,
    coalesce(abs(bitcoin_log_return_ratio) >= 3 * deviation_ratio, false) as is_event,
    known_at,
    provenance
from scaled_sessions
