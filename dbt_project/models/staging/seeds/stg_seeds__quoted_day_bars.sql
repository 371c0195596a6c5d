select
    asset,
    observed_date,
    publisher,
    open_price_usd,
    high_price_usd,
    low_price_usd,
    close_price_usd,
    published_at,
    source_url,
    evidence
from {{ ref('quoted_day_bars') }}
where published_at <= {{ as_of_at() }}
