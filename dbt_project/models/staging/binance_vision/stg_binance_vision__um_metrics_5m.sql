select
    symbol,
    period_start_at,
    period_end_at,
    {{ base_asset('symbol') }} as asset,
    'binance' as venue,
    {{ quote_currency('symbol') }} as quote_currency,
    label_convention,
    open_interest_coins,
    open_interest_quote,
    top_trader_accounts_long_short_ratio,
    top_trader_positions_long_short_ratio,
    accounts_long_short_ratio,
    taker_buy_sell_ratio,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('binance_vision', 'um_metrics_5m') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
