select
    symbol,
    session_date,
    observed_at,
    'BTC' as asset,
    nav_per_share_usd,
    shares_outstanding_count,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('ishares', 'ibit_fund_history') }}
{{ newest_vintage(['symbol', 'session_date']) }}
