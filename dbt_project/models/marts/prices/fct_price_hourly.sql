select
    period_start_at,
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
    taker_buy_coins / nullif(volume_coins, 0) as taker_buy_ratio,
    case
        when previous_end_at = period_start_at then close_price / previous_close_price - 1
    end as return_ratio,
    period_end_at,
    is_final,
    case
        when previous_end_at = period_start_at then greatest(known_at, previous_known_at) else known_at
    end as known_at,
    case
        when previous_end_at = period_start_at then greatest(provenance, previous_provenance) else provenance
    end as provenance
from {{ ref('int_prices__walk_hours') }}
