with walked as (
    select
        cast(period_start_at as date) as observed_date,
        asset,
        usd_basis,
        close_price_usd,
        lowest_close_price_usd,
        highest_close_price_usd,
        venues_count,
        coalesce(lag(period_end_at) over walk = period_start_at, false) as has_previous,
        lag(close_price_usd) over walk as previous_close_price_usd,
        is_final,
        known_at,
        lag(known_at) over walk as previous_known_at,
        provenance,
        lag(provenance) over walk as previous_provenance
    from {{ ref('int_prices__compose_days') }}
    window walk as (partition by asset order by period_start_at)
)

select
    observed_date,
    asset,
    usd_basis,
    close_price_usd,
    lowest_close_price_usd,
    highest_close_price_usd,
    case when has_previous then close_price_usd / previous_close_price_usd - 1 end as return_ratio,
    case
        when venues_count > 1
            then 1e4 * (highest_close_price_usd - lowest_close_price_usd) / lowest_close_price_usd
    end as spread_bps,
    venues_count,
    venues_count = 1 as is_single_source,
    coalesce(spread_bps > 50, false) as is_disputed,
    is_final,
    case when has_previous then greatest(known_at, previous_known_at) else known_at end as known_at,
    case when has_previous then greatest(provenance, previous_provenance) else provenance end as provenance
from walked
