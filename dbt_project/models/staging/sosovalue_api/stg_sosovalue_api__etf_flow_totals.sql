select
    asset,
    session_date,
    net_flow_usd as flow_usd,
    value_traded_usd,
    net_assets_usd,
    cumulative_net_flow_usd as cumulative_flow_usd,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('sosovalue_api', 'etf_flow_totals') }}
{{ newest_vintage(['asset', 'session_date']) }}
