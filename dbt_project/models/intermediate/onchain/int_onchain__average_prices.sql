select
    cast(period_start_at as date) as observed_date,
    asset,
    avg(close_price_usd) as mean_price_usd,
    max(close_price_usd) filter (where period_end_at = cast(period_end_at as date)) as close_price_usd,
    count(*) as price_hours_count,
    max(known_at) as known_at,
    max(provenance) as provenance
from {{ ref('int_prices__compose_hours') }}
group by cast(period_start_at as date), asset
