select
    product,
    symbol,
    period_start_at,
    period_start_at + interval 1 minute as period_end_at,
    {{ base_asset('symbol') }} as asset,
    'binance' as venue,
    {{ quote_currency('symbol') }} as quote_currency,
    open_price,
    high_price,
    low_price,
    close_price,
    volume_coins,
    volume_quote,
    trades_count,
    taker_buy_coins,
    taker_buy_quote,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ ref('stg_binance_vision_trades__minutes') }}
{{ newest_file(['product', 'symbol'], 'period_start_at') }}
