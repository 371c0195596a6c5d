-- Sources leave a step without coins out. Neighbours are counted in steps, so it is put back with zero.
with steps as (
    select
        observed_date,
        asset,
        cohort,
        supply_source,
        price_floor_usd,
        supply_coins,
        realized_cap_usd,
        total_supply_coins,
        close_usd,
        coalesce(
            step_usd,
            price_floor_usd - lag(price_floor_usd) over (
                partition by observed_date, asset, cohort, supply_source order by price_floor_usd
            )
        ) as step_usd,
        known_at,
        provenance
    from {{ ref('int_onchain__collect_cost_basis') }}
),

-- All cohorts of a day and source are on one grid. Its step is the one it says, else the least
-- distance there is, since steps are equal.
days as (
    select
        observed_date,
        asset,
        supply_source,
        min(step_usd) as step_usd
    from steps
    group by observed_date, asset, supply_source
),

numbered as (
    select
        steps.observed_date,
        steps.asset,
        steps.cohort,
        steps.supply_source,
        days.step_usd,
        cast(round(steps.price_floor_usd / days.step_usd) as bigint) as step_number,
        steps.supply_coins,
        steps.realized_cap_usd,
        steps.total_supply_coins,
        steps.close_usd,
        steps.known_at,
        steps.provenance
    from steps
    inner join days
        on
            steps.asset = days.asset
            and steps.observed_date = days.observed_date
            and steps.supply_source = days.supply_source
    where days.step_usd > 0
),

cohorts as (
    select
        observed_date,
        asset,
        cohort,
        supply_source,
        step_usd,
        min(step_number) as first_step_number,
        max(step_number) as last_step_number,
        max(total_supply_coins) as total_supply_coins,
        sum(supply_coins) as landed_supply_coins,
        max(close_usd) as close_usd,
        max(known_at) as known_at,
        max(provenance) as provenance
    from numbered
    group by observed_date, asset, cohort, supply_source, step_usd
),

grid as (
    select
        observed_date,
        asset,
        cohort,
        supply_source,
        step_usd,
        unnest(generate_series(first_step_number, last_step_number)) as step_number,
        total_supply_coins,
        landed_supply_coins,
        close_usd,
        known_at,
        provenance
    from cohorts
)

select
    grid.observed_date,
    grid.asset,
    grid.cohort,
    grid.supply_source,
    grid.step_number,
    grid.step_number * grid.step_usd as price_floor_usd,
    (grid.step_number + 1) * grid.step_usd as price_ceiling_usd,
    coalesce(steps.supply_coins, 0) as supply_coins,
    coalesce(steps.realized_cap_usd, 0) as realised_cap_usd,
    -- A week ago is known if that day landed on the same grid; a step it lacks held nothing.
    case
        when weeks.total_supply_coins is not null then coalesce(earlier.supply_coins, 0)
    end as supply_week_ago_coins,
    grid.total_supply_coins,
    grid.landed_supply_coins,
    grid.close_usd,
    greatest(grid.known_at, weeks.known_at) as known_at,
    greatest(grid.provenance, weeks.provenance) as provenance
from grid
left join numbered as steps
    on
        grid.observed_date = steps.observed_date
        and grid.asset = steps.asset
        and grid.cohort = steps.cohort
        and grid.supply_source = steps.supply_source
        and grid.step_number = steps.step_number
left join cohorts as weeks
    on
        grid.observed_date - 7 = weeks.observed_date
        and grid.asset = weeks.asset
        and grid.cohort = weeks.cohort
        and grid.supply_source = weeks.supply_source
        -- Apart by less than a billionth. As bounds, one side each, for a join by the keys above.
        and grid.step_usd > weeks.step_usd * (1 - 1e-9)
        and grid.step_usd < weeks.step_usd * (1 + 1e-9)
left join numbered as earlier
    on
        weeks.observed_date = earlier.observed_date
        and weeks.asset = earlier.asset
        and weeks.cohort = earlier.cohort
        and weeks.supply_source = earlier.supply_source
        and grid.step_number = earlier.step_number
