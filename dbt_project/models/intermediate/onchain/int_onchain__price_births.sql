{%- set step_usd = 500 -%}
-- A coin cost the close of the day that made it, as the vendor has it, so that the two can be compared.
with closes as (
    select
        observed_date,
        asset,
        close_price_usd as price_usd,
        1 as preference,
        known_at,
        provenance
    from {{ ref('int_onchain__average_prices') }}
    where close_price_usd is not null
    union all
    select
        observed_date,
        asset,
        price_usd,
        2 as preference,
        known_at,
        provenance
    from {{ ref('stg_coinmetrics__asset_metrics_1d') }}
    where price_usd is not null
),

prices as (
    select
        observed_date,
        asset,
        {{ first_by('price_usd', 'preference') }} as price_usd,
        {{ first_by('known_at', 'preference') }} as known_at,
        {{ first_by('provenance', 'preference') }} as provenance
    from closes
    group by observed_date, asset
),

-- Nobody traded before the first exchange opened: such coins cost nothing. Where no price of a later day
-- landed, nobody knows what its coins cost, and they are in no step.
priced as (
    select
        cast(births.observed_at as date) as observed_date,
        births.asset,
        births.value_sats,
        case when births.created_date < date '2010-07-18' then 0 else prices.price_usd end as price_usd,
        sum(births.value_sats) over (partition by births.asset, births.observed_at) as total_sats,
        greatest(births.known_at, prices.known_at) as known_at,
        greatest(births.provenance, prices.provenance) as provenance
    from {{ ref('stg_utxo__birth_days') }} as births
    left join prices
        on
            births.asset = prices.asset
            and births.created_date = prices.observed_date
)

select
    observed_date,
    asset,
    {{ step_usd }} * floor(price_usd / {{ step_usd }}) as price_floor_usd,
    {{ step_usd }} as step_usd,
    sum(value_sats) / 1e8 as supply_coins,
    sum(value_sats * price_usd) / 1e8 as realized_cap_usd,
    max(total_sats) / 1e8 as total_supply_coins,
    max(known_at) as known_at,
    max(provenance) as provenance
from priced
where price_usd is not null
group by observed_date, asset, {{ step_usd }} * floor(price_usd / {{ step_usd }})
