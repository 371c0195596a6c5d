select
    asset,
    session_date,
    flow_usd,
    value_traded_usd,
    net_assets_usd,
    cumulative_flow_usd,
    vintage_number,
    known_at as known_from_at,
    lead(known_at, 1, timestamp '9999-12-31 00:00:00') over versions as known_to_at,
    is_known_at_estimated,
    is_possibly_restated,
    lead(known_at) over versions is null as is_newest,
    provenance
from {{ ref('stg_sosovalue__etf_flow_vintages') }}
window versions as (partition by asset, session_date order by vintage_number)
