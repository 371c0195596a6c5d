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
        quoted.close_price_usd as quoted_close_price_usd,
        quoted.published_at
    from {{ ref('stg_seeds__quoted_day_bars') }} as quoted
    cross join generate_series(-12, 14) as zones (utc_offset_hours)
    where quoted.open_price_usd is not null and quoted.close_price_usd is not null
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
        days.quoted_close_price_usd,
        opens.close_price_usd - days.quoted_open_price_usd as open_error_usd,
        closes.close_price_usd - days.quoted_close_price_usd as close_error_usd,
        greatest(opens.known_at, closes.known_at, days.published_at) as known_at,
        greatest(opens.provenance, closes.provenance, 'published') as provenance
    from days
    inner join {{ ref('fct_price_composite_hourly') }} as opens
        on days.asset = opens.asset and days.day_start_at = opens.period_end_at
    inner join {{ ref('fct_price_composite_hourly') }} as closes
        on days.asset = closes.asset and days.day_end_at = closes.period_end_at
)

select
    asset,
    observed_date,
    publisher,
    utc_offset_hours,
    day_start_at,
    day_end_at,
    quoted_open_price_usd,
    quoted_close_price_usd,
    open_error_usd,
    close_error_usd,
    abs(open_error_usd) + abs(close_error_usd) as error_usd,
    rank() over (
        partition by asset, observed_date, publisher
        order by abs(open_error_usd) + abs(close_error_usd)
    ) as fit_rank,
    count(*) over print as offsets_count,
    -- The rank rests on every offset.
    max(known_at) over print as known_at,
    max(provenance) over print as provenance
from measured
window print as (partition by asset, observed_date, publisher)
