select
    asset,
    observed_date,
    period_start_at,
    period_end_at,
    price_usd,
    market_cap_usd,
    mvrv_ratio,
    hashrate_eh_s,
    fees_coins,
    issuance_coins,
    issuance_usd,
    supply_coins,
    exchange_inflow_coins,
    exchange_outflow_coins,
    blocks_count,
    active_addresses_count,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('coinmetrics', 'asset_metrics_1d') }}
{{ newest_vintage(['asset', 'observed_date']) }}
