select
    symbol,
    period_start_at,
    period_end_at,
    {{ base_asset('symbol') }} as asset,
    'binance' as venue,
    {{ quote_currency('symbol') }} as quote_currency,
    'linear' as product,
    source_label_at,
    label_convention,
    open_interest_coins,
    open_interest_quote,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('binance_futures', 'open_interest_history_5m') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
