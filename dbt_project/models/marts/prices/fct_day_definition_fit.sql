-- The price of a moment is the composite of the hour that ends there: in a market that never shuts the open
-- is the close before it.
with days as (
    select
        quoted.asset,
        quoted.observed_date,
        quoted.publisher,
        cast(zones.utc_offset_hours as integer) as utc_offset_hours,
        quoted.observed_date - to_hours(zones.utc_offset_hours) as day_start_at,
        quoted.observed_date + interval 1 day - to_hours(zones.utc_offset_hours) as day_end_at,
        quoted.open_price_usd as quoted_open_price_usd,
        quoted.low_price_usd as quoted_low_price_usd,
        quoted.close_price_usd as quoted_close_price_usd,
        quoted.published_at
    from {{ ref('stg_seeds__quoted_day_bars') }} as quoted
    cross join generate_series(-12, 14) as zones (utc_offset_hours)
    where coalesce(quoted.open_price_usd, quoted.low_price_usd, quoted.close_price_usd) is not null
),

-- A composite has no low. Here it serves as a yardstick alone: how far below its close each venue traded, the
-- median of that over the venues, taken off the composite close.
lows as (
    select
        venues.period_start_at,
        venues.asset,
        median(venues.low_price / venues.close_price) * any_value(composite.close_price_usd) as low_price_usd,
        max(greatest(venues.known_at, composite.known_at)) as known_at,
        max(greatest(venues.provenance, composite.provenance)) as provenance
    from {{ ref('int_prices__collect_hours') }} as venues
    inner join {{ ref('fct_price_composite_hourly') }} as composite
        on venues.asset = composite.asset and venues.period_start_at = composite.period_start_at
    where venues.quote_currency in ('USD', 'USDT')
    group by venues.period_start_at, venues.asset
),

-- Part of a day has no low.
day_lows as (
    select
        days.asset,
        days.observed_date,
        days.publisher,
        days.utc_offset_hours,
        min(lows.low_price_usd) as low_price_usd,
        max(lows.known_at) as known_at,
        max(lows.provenance) as provenance
    from days
    inner join lows
        on
            days.asset = lows.asset
            and days.day_start_at <= lows.period_start_at
            and days.day_end_at > lows.period_start_at
    where days.quoted_low_price_usd is not null
    group by days.asset, days.observed_date, days.publisher, days.utc_offset_hours
    having count(*) = 24
),

measured as (
    select
        days.asset,
        days.observed_date,
        days.publisher,
        days.utc_offset_hours,
        days.day_start_at,
        days.day_end_at,
        days.quoted_open_price_usd,
        days.quoted_low_price_usd,
        days.quoted_close_price_usd,
        opens.close_price_usd - days.quoted_open_price_usd as open_error_usd,
        day_lows.low_price_usd - days.quoted_low_price_usd as low_error_usd,
        closes.close_price_usd - days.quoted_close_price_usd as close_error_usd,
        coalesce(abs(open_error_usd), 0) + coalesce(abs(low_error_usd), 0) + coalesce(abs(close_error_usd), 0)
            as error_usd,
        greatest(opens.known_at, day_lows.known_at, closes.known_at, days.published_at) as known_at,
        greatest(opens.provenance, day_lows.provenance, closes.provenance, 'published') as provenance
    from days
    left join {{ ref('fct_price_composite_hourly') }} as opens
        on
            days.asset = opens.asset
            -- Within the key: beside it, every row would be compared with every other. So below.
            and case
                when days.quoted_open_price_usd is not null then days.day_start_at
            end = opens.period_end_at
    left join day_lows
        on
            days.asset = day_lows.asset
            and days.observed_date = day_lows.observed_date
            and days.publisher = day_lows.publisher
            and days.utc_offset_hours = day_lows.utc_offset_hours
    left join {{ ref('fct_price_composite_hourly') }} as closes
        on
            days.asset = closes.asset
            and case
                when days.quoted_close_price_usd is not null then days.day_end_at
            end = closes.period_end_at
    -- Every printed figure is measured, or the offset is not.
    where
        (opens.asset is null) = (days.quoted_open_price_usd is null)
        and (day_lows.asset is null) = (days.quoted_low_price_usd is null)
        and (closes.asset is null) = (days.quoted_close_price_usd is null)
),

-- A publisher has one day, so an offset is judged by all that it printed.
joined as (
    select
        asset,
        observed_date,
        publisher,
        utc_offset_hours,
        day_start_at,
        day_end_at,
        quoted_open_price_usd,
        quoted_low_price_usd,
        quoted_close_price_usd,
        open_error_usd,
        low_error_usd,
        close_error_usd,
        error_usd,
        sum(error_usd) over offsets as all_days_error_usd,
        count(*) over offsets as quoted_days_count,
        known_at,
        provenance
    from measured
    window offsets as (partition by asset, publisher, utc_offset_hours)
)

select
    asset,
    observed_date,
    publisher,
    utc_offset_hours,
    day_start_at,
    day_end_at,
    quoted_open_price_usd,
    quoted_low_price_usd,
    quoted_close_price_usd,
    open_error_usd,
    low_error_usd,
    close_error_usd,
    error_usd,
    rank() over (print order by error_usd) as fit_rank,
    count(*) over print as offsets_count,
    all_days_error_usd,
    quoted_days_count,
    -- An offset that could be measured on fewer days has less to err on.
    case
        when quoted_days_count = max(quoted_days_count) over publisher_days
            then rank() over (print order by quoted_days_count desc, all_days_error_usd asc)
    end as all_days_fit_rank,
    -- The ranks rest on every offset and every day.
    max(known_at) over publisher_days as known_at,
    max(provenance) over publisher_days as provenance
from joined
window
    print as (partition by asset, observed_date, publisher),
    publisher_days as (partition by asset, publisher)
