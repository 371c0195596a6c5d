select
    symbol,
    period_start_at,
    period_end_at,
    symbol as asset,
    'several' as venue,
    open_open_interest_usd,
    high_open_interest_usd,
    low_open_interest_usd,
    close_open_interest_usd,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('coinglass', 'open_interest_1d') }}
{{ newest_vintage(['symbol', 'period_start_at']) }}
