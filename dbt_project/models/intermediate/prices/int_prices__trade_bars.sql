-- The cumulative delta adds up what takers bought less what they sold, from each midnight on.
select
    period_start_at,
    period_end_at,
    asset,
    venue,
    quote_currency,
    product,
    open_price,
    high_price,
    low_price,
    close_price,
    volume_coins,
    volume_quote,
    trades_count,
    taker_buy_coins,
    taker_buy_quote,
    2 * taker_buy_coins - volume_coins as volume_delta_coins,
    sum(2 * taker_buy_coins - volume_coins) over (
        partition by asset, venue, quote_currency, product, cast(period_start_at as date)
        order by period_start_at
    ) as cumulative_volume_delta_coins,
    known_at,
    provenance
from {{ ref('stg_binance_vision_trades__bars_1m') }}
