{%- set band = 0.005 -%}
with hours as (
    select
        cast(period_start_at as date) as observed_date,
        asset,
        list(close_price_usd) as hour_prices,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('fct_price_composite_hourly') }}
    where is_final
    group by cast(period_start_at as date), asset
),

-- Days in a row share what is left when each is moved back by its number.
closes as (
    select
        composite.observed_date,
        composite.asset,
        composite.close_price_usd,
        hours.hour_prices,
        composite.observed_date - cast(
            row_number() over (partition by composite.asset order by composite.observed_date) as integer
        ) as run_date,
        greatest(composite.known_at, hours.known_at) as known_at,
        greatest(composite.provenance, hours.provenance) as provenance
    from {{ ref('fct_price_composite_daily') }} as composite
    left join hours on composite.observed_date = hours.observed_date and composite.asset = hours.asset
    where composite.is_final
),

-- What lies between the first of n closes and the last: the hours of the n - 1 days after it.
walked as (
    select
        observed_date,
        asset,
        close_price_usd,
        hour_prices,
        row_number() over (partition by asset, run_date order by observed_date) as run_days,
        min(list_min(hour_prices)) over three_days as lowest_3d_price,
        sum(len(hour_prices)) over three_days as hours_3d_count,
        min(list_min(hour_prices)) over seven_days as lowest_7d_price,
        sum(len(hour_prices)) over seven_days as hours_7d_count,
        min(close_price_usd) over month as lowest_30d_price,
        max(close_price_usd) over month as highest_30d_price,
        list({
            'observed_date': observed_date,
            'price': close_price_usd
        }) over month as closes_30d,
        max(known_at) over month as known_at,
        max(provenance) over month as provenance
    from closes
    window
        three_days as (
            partition by asset order by observed_date
            range between interval 1 day preceding and current row
        ),
        seven_days as (
            partition by asset order by observed_date
            range between interval 5 day preceding and current row
        ),
        month as (
            partition by asset order by observed_date
            range between interval 29 day preceding and current row
        )
),

-- Only a level that was closed above and below has a story to tell.
held as (
    select
        walked.observed_date,
        walked.asset,
        multiples.multiple * power(10, exponents.exponent) as level_price_usd,
        walked.close_price_usd,
        walked.hour_prices,
        walked.lowest_3d_price,
        walked.hours_3d_count,
        walked.lowest_7d_price,
        walked.hours_7d_count,
        walked.closes_30d,
        least(
            walked.run_days,
            walked.observed_date - list_max([
                day['observed_date'] -- noqa: RF03
                for day in walked.closes_30d if day['price'] < level_price_usd -- noqa: RF03
            ])
        ) as streak_days,
        walked.known_at,
        walked.provenance
    from walked
    cross join generate_series(4, 31) as multiples (multiple)
    cross join generate_series(-9, 8) as exponents (exponent)
    where level_price_usd > walked.lowest_30d_price and level_price_usd <= walked.highest_30d_price
)

select
    observed_date,
    asset,
    level_price_usd,
    close_price_usd,
    streak_days as closes_above_in_a_row_days,
    len([day for day in closes_30d if day['price'] >= level_price_usd]) as closes_above_30d_count,
    len(closes_30d) as closes_30d_count,
    len([price for price in hour_prices if price >= level_price_usd]) / len(hour_prices) as time_above_ratio,
    len(hour_prices) as hours_count,
    cast({{ band }} as double) as band_ratio,
    close_price_usd >= level_price_usd as is_held_1d,
    case
        when streak_days < 3 or lowest_3d_price < level_price_usd * (1 - {{ band }}) then false
        when hours_3d_count = 48 then true
    end as is_held_3d,
    case
        when streak_days < 7 or lowest_7d_price < level_price_usd * (1 - {{ band }}) then false
        when hours_7d_count = 144 then true
    end as is_held_7d,
    known_at,
    provenance
from held
