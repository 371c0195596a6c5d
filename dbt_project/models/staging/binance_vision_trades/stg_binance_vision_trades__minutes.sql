{{ config(materialized='rollup') }}
-- Every file's own account of a day: which file counts depends on the moment asked about, and that is for
-- stg_binance_vision_trades__bars_1m. So a day need not be added up again for another moment.
with trades as (
    select
        'spot' as product,
        symbol,
        trade_id,
        traded_at,
        price,
        quantity_coins,
        first_trade_id,
        last_trade_id,
        is_buyer_maker,
        is_known_at_estimated,
        is_possibly_restated,
        known_at,
        provenance,
        _capture_id,
        _fetched_at
    from {{ source('binance_vision_trades', 'spot_agg_trades') }}

    union all

    select
        'linear' as product,
        symbol,
        trade_id,
        traded_at,
        price,
        quantity_coins,
        first_trade_id,
        last_trade_id,
        is_buyer_maker,
        is_known_at_estimated,
        is_possibly_restated,
        known_at,
        provenance,
        _capture_id,
        _fetched_at
    from {{ source('binance_vision_trades', 'um_agg_trades') }}
)

select
    product,
    symbol,
    {{ start_of('minute', 'traded_at') }} as period_start_at,
    {{ first_by('price', order_in_minute('traded_at', 'trade_id')) }} as open_price,
    max(price) as high_price,
    min(price) as low_price,
    {{ last_by('price', order_in_minute('traded_at', 'trade_id')) }} as close_price,
    sum(quantity_coins) as volume_coins,
    sum(price * quantity_coins) as volume_quote,
    cast(sum(last_trade_id - first_trade_id + 1) as bigint) as trades_count,
    coalesce(sum(quantity_coins) filter (where not is_buyer_maker), 0) as taker_buy_coins,
    coalesce(sum(price * quantity_coins) filter (where not is_buyer_maker), 0) as taker_buy_quote,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id,
    _fetched_at
from trades
group by
    product, symbol, period_start_at,
    is_known_at_estimated, is_possibly_restated, known_at, provenance, _capture_id, _fetched_at
