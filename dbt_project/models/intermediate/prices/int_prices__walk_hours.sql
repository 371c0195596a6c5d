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
    volume_coins,
    volume_quote,
    trades_count,
    taker_buy_coins,
    lag(period_end_at) over walk as previous_end_at,
    lag(close_price) over walk as previous_close_price,
    -- Up to and including the hour itself, never later: a high that came after a low is no fall.
    max(high_price) over walk_so_far as highest_price_so_far,
    known_at >= period_end_at as is_final,
    known_at,
    lag(known_at) over walk as previous_known_at,
    provenance,
    lag(provenance) over walk as previous_provenance
from {{ ref('int_prices__collect_hours') }}
window
    walk as (partition by asset, venue, quote_currency order by period_start_at),
    walk_so_far as (
        partition by asset, venue, quote_currency order by period_start_at
        rows between unbounded preceding and current row
    )
