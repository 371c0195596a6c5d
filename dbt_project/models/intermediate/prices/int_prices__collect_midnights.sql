-- An hour that ends at midnight is the finer witness; a day's candle speaks where there is none.
with closes as (
    select
        cast(period_end_at - interval 1 day as date) as observed_date,
        asset,
        venue,
        quote_currency,
        close_price,
        known_at,
        provenance,
        1 as preference
    from {{ ref('int_prices__collect_hours') }}
    where period_end_at = date_trunc('day', period_end_at)

    union all

    select
        cast(period_start_at as date) as observed_date,
        asset,
        venue,
        quote_currency,
        close_price,
        known_at,
        provenance,
        2 as preference
    from {{ ref('int_prices__collect_days') }}
)

select
    observed_date,
    cast(observed_date as timestamp) as period_start_at,
    observed_date + interval 1 day as period_end_at,
    asset,
    venue,
    quote_currency,
    close_price,
    known_at,
    provenance
from closes
qualify row_number() over (
    partition by asset, venue, quote_currency, observed_date order by preference
) = 1
