select
    asset,
    fund,
    session_date,
    observed_at,
    net_flow_usd as flow_usd,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('farside', 'btc_flows') }}
{{ newest_vintage(['asset', 'fund', 'session_date']) }}
