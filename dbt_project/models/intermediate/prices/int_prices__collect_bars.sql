with candles as (
    select
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        known_at,
        provenance,
        1 as preference
    from {{ ref('int_prices__trade_bars') }}
    where product = 'spot'

    union all

    select
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        known_at,
        provenance,
        2 as preference
    from {{ ref('stg_binance_vision__spot_klines_1m') }}

    union all

    select
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        known_at,
        provenance,
        3 as preference
    from {{ ref('stg_binance_spot__klines_1m') }}
),

-- As with hours: a minute that another source only repeats was known since the first of them gave it.
minutes as (
    select
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        min(known_at) over (
            partition by
                asset, venue, quote_currency, period_start_at,
                open_price, high_price, low_price, close_price
        ) as known_at,
        provenance,
        1 as resolution_minutes
    from candles
    qualify row_number() over (
        partition by asset, venue, quote_currency, period_start_at order by preference
    ) = 1
),

bars as (
    select
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        known_at,
        provenance,
        resolution_minutes
    from minutes

    union all

    select
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        known_at,
        provenance,
        60 as resolution_minutes
    from {{ ref('int_prices__collect_hours') }}

    union all

    -- A candle taken while its day ran is of a part of it, and one with a close alone has no moves.
    select
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        known_at,
        provenance,
        1440 as resolution_minutes
    from {{ ref('int_prices__collect_days') }}
    where known_at >= period_end_at and high_price is not null
)

-- A day is read in minutes where they cover no less of it than its hours do, and as one candle where it has
-- neither.
select
    cast(period_start_at as date) as observed_date,
    period_start_at,
    period_end_at,
    asset,
    venue,
    quote_currency,
    open_price,
    high_price,
    low_price,
    close_price,
    resolution_minutes,
    known_at,
    provenance
from bars
window day as (partition by asset, venue, quote_currency, cast(period_start_at as date))
qualify
    resolution_minutes = case
        when count_if(resolution_minutes < 1440) over day = 0 then 1440
        when
            count_if(resolution_minutes = 1) over day >= 60 * count_if(resolution_minutes = 60) over day
            then 1
        else 60
    end
