select
    observed_date,
    asset,
    cohort,
    supply_source,
    price_floor_usd,
    price_ceiling_usd,
    supply_coins,
    supply_coins / nullif(total_supply_coins, 0) as share_ratio,
    realised_cap_usd,
    supply_coins - supply_week_ago_coins as added_7d_coins,
    100 * (supply_coins - supply_week_ago_coins) / nullif(supply_week_ago_coins, 0) as added_7d_pct,
    total_supply_coins,
    landed_supply_coins / nullif(total_supply_coins, 0) as coverage_ratio,
    'raw' as adjustment,
    known_at,
    provenance
from {{ ref('int_onchain__grid_cost_basis') }}
where supply_coins > 0
