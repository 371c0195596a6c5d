{%- set band, pullback = 0.005, 0.007 -%}
-- Prices of a support are below zero (int_prices__collect_level_bars), so its band lies on the other side.
with bars as (
    select
        bar_minutes,
        level_side,
        sign,
        cast(period_start_at as date) as observed_date,
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        high_price,
        low_price,
        close_price,
        max(high_price) over day_so_far as level_price,
        coalesce(max(high_price) over day_before < high_price, true) as is_first_at_level,
        max(known_at) over day_so_far as known_at,
        max(provenance) over day_so_far as provenance
    from {{ ref('int_prices__collect_level_bars') }}
    window
        day_so_far as (
            partition by bar_minutes, level_side, asset, venue, quote_currency, cast(period_start_at as date)
            order by period_start_at
            rows between unbounded preceding and current row
        ),
        day_before as (
            partition by bar_minutes, level_side, asset, venue, quote_currency, cast(period_start_at as date)
            order by period_start_at
            rows between unbounded preceding and 1 preceding
        )
),

-- A low in the bar of the high may have come before it; a close cannot.
rejections as (
    select
        bar_minutes,
        level_side,
        sign,
        observed_date,
        asset,
        venue,
        quote_currency,
        level_price,
        period_end_at,
        known_at,
        provenance
    from bars
    where
        case when is_first_at_level then close_price else low_price end
        <= level_price * (1 - sign * {{ band }}) * (1 - sign * {{ pullback }})
),

series as (
    select
        bar_minutes,
        level_side,
        sign,
        asset,
        venue,
        quote_currency,
        min(period_start_at) as level_known_at,
        max(period_end_at) as watched_until_at,
        min(low_price) as lowest_price,
        max(high_price) as highest_price
    from bars
    group by bar_minutes, level_side, sign, asset, venue, quote_currency
),

-- The steps of next_round_level are 4 to 31 times a power of ten. A level no trade came near has no events,
-- so which ones are looked at changes none.
levels as (
    select
        series.bar_minutes,
        series.level_side,
        series.sign,
        series.asset,
        series.venue,
        series.quote_currency,
        'round' as level_kind,
        series.sign * multiples.multiple * power(10, exponents.exponent) as level_price,
        series.level_known_at,
        series.watched_until_at,
        cast(null as timestamp) as expires_at,
        cast(null as timestamp) as known_at,
        cast(null as varchar) as provenance
    from series
    cross join generate_series(4, 31) as multiples (multiple)
    cross join generate_series(-9, 8) as exponents (exponent)
    where
        level_price > series.lowest_price
        and level_price * (1 - series.sign * {{ band }}) <= series.highest_price

    union all

    select
        bar_minutes,
        level_side,
        sign,
        asset,
        venue,
        quote_currency,
        case level_side when 'support' then 'day_low' else 'day_high' end as level_kind,
        level_price,
        min(period_end_at) as level_known_at,
        observed_date + interval 2 day as watched_until_at,
        watched_until_at as expires_at,
        min(known_at) as known_at,
        arg_min(provenance, period_end_at) as provenance
    from rejections
    group by bar_minutes, level_side, sign, asset, venue, quote_currency, observed_date, level_price
)

select
    bar_minutes,
    level_side,
    asset,
    venue,
    quote_currency,
    level_kind,
    level_price,
    level_known_at,
    watched_until_at,
    expires_at,
    level_price * (1 - sign * {{ band }}) as touch_price,
    level_price * (1 - sign * {{ band }}) * (1 - sign * {{ pullback }}) as rejection_price,
    level_price * (1 + sign * {{ band }}) as break_price,
    cast({{ band }} as double) as band_ratio,
    cast({{ pullback }} as double) as pullback_ratio,
    -- Stands for the columns that make a level, where what is told of one is put in order.
    row_number() over () as level_number,
    known_at,
    provenance
from levels
