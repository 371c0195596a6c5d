-- What large miners are often said to pay; below 0.04 nearly no machine is stressed, above 0.10 most are.
{%- set usd_per_kwh = "cast(0.07 as double)" %}

with hashprices as (
    select
        observed_date,
        asset,
        coalesce(hashprice_usd_per_ph_day, hashprice_without_fees_usd_per_ph_day) as earned_usd_per_ph_day,
        hashprice_usd_per_ph_day is not null as is_with_fees,
        known_at,
        provenance
    from {{ ref('fct_hashprice_daily') }}
    where hashprice_without_fees_usd_per_ph_day is not null
)

select
    hashprices.observed_date,
    hashprices.asset,
    machines.machine_class,
    machines.efficiency_j_per_th,
    {{ usd_per_kwh }} as power_price_usd_per_kwh,
    hashprices.earned_usd_per_ph_day,
    machines.efficiency_j_per_th * 24 * {{ usd_per_kwh }} as power_cost_usd_per_ph_day,
    hashprices.earned_usd_per_ph_day - machines.efficiency_j_per_th * 24 * {{ usd_per_kwh }}
        as breakeven_gap_usd_per_ph_day,
    hashprices.earned_usd_per_ph_day / (machines.efficiency_j_per_th * 24) as breakeven_power_usd_per_kwh,
    hashprices.earned_usd_per_ph_day < machines.efficiency_j_per_th * 24 * {{ usd_per_kwh }}
        as is_under_water,
    hashprices.is_with_fees,
    hashprices.known_at,
    hashprices.provenance
from hashprices
cross join {{ ref('machine_classes') }} as machines
