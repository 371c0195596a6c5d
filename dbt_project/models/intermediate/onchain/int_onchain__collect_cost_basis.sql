select
    observed_date,
    asset,
    cohort,
    'bitview.urpd' as supply_source,
    price_floor_usd,
    null as step_usd,
    supply_coins,
    realized_cap_usd,
    total_supply_coins,
    close_usd,
    known_at,
    provenance
from {{ ref('stg_bitview__urpd') }}

union all

select
    observed_date,
    asset,
    'all' as cohort,
    'utxo.unspent_outputs' as supply_source,
    price_floor_usd,
    step_usd,
    supply_coins,
    realized_cap_usd,
    total_supply_coins,
    null as close_usd,
    known_at,
    provenance
from {{ ref('int_onchain__price_births') }}
