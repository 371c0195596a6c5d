select
    observed_at,
    'BTC' as asset,
    height,
    block_hash,
    outputs_count,
    supply_coins,
    unspendable_coins,
    muhash,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id
from {{ source('bitcoind', 'utxo_set_info') }}
{{ newest_vintage(['observed_at']) }}
