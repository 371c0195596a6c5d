select
    asset,
    session_date,
    ticker,
    observed_at,
    flow_usd,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('coinglass', 'etf_flows_1d') }}
{{ newest_vintage(['asset', 'session_date', 'ticker']) }}
