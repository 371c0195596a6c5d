{%- set window_steps = 15 %}

-- Steps are equally wide, so coins in a step are its density. Zones are the vendor's alone: of one's own set
-- two a week apart would be needed to tell where coins come.
with grid as (
    select
        observed_date,
        asset,
        cohort,
        step_number,
        price_floor_usd,
        price_ceiling_usd,
        supply_coins,
        supply_week_ago_coins,
        total_supply_coins,
        close_usd,
        known_at,
        provenance
    from {{ ref('int_onchain__grid_cost_basis') }}
    where supply_source = 'bitview.urpd'
),

surrounded as (
    select
        observed_date,
        asset,
        cohort,
        step_number,
        supply_coins,
        list(supply_coins) over around as neighbours,
        quantile_cont(nullif(supply_coins, 0), 0.9) over (
            partition by observed_date, asset, cohort
        ) as top_tenth_coins
    from grid
    window around as (
        partition by observed_date, asset, cohort order by step_number
        rows between {{ window_steps }} preceding and {{ window_steps }} following
    )
),

centred as (
    select
        observed_date,
        asset,
        cohort,
        step_number,
        supply_coins,
        neighbours,
        list_median(neighbours) as median_coins,
        top_tenth_coins
    from surrounded
),

-- 1.4826 x the median distance from the median is the standard deviation of a normal. Where half of the steps
-- around are alike that is zero, and z has no meaning.
scored as (
    select
        observed_date,
        asset,
        cohort,
        step_number,
        supply_coins > top_tenth_coins as is_top_tenth,
        (supply_coins - median_coins)
        / nullif(1.4826 * list_median(list_transform(neighbours, lambda coins: abs(coins - median_coins))), 0)
            as density_z
    from centred
),

seeds as (
    select
        observed_date,
        asset,
        cohort,
        step_number,
        density_z,
        -- One step in between does not part two seeds.
        coalesce(
            step_number - lag(step_number) over (
                partition by observed_date, asset, cohort order by step_number
            ) > 2,
            true
        ) as is_first
    from scored
    where density_z >= 2 or is_top_tenth
),

numbered as (
    select
        observed_date,
        asset,
        cohort,
        step_number,
        density_z,
        count(*) filter (where is_first) over (
            partition by observed_date, asset, cohort order by step_number
        ) as cluster_number
    from seeds
),

spans as (
    select
        observed_date,
        asset,
        cohort,
        cluster_number,
        min(step_number) as first_step_number,
        max(step_number) as last_step_number,
        max(density_z) as peak_density_z
    from numbered
    group by observed_date, asset, cohort, cluster_number
),

clusters as (
    select
        spans.observed_date,
        spans.asset,
        spans.cohort,
        min(grid.price_floor_usd) as price_floor_usd,
        max(grid.price_ceiling_usd) as price_ceiling_usd,
        count(*) as steps_count,
        sum(grid.supply_coins) as supply_coins,
        sum(grid.supply_week_ago_coins) as supply_week_ago_coins,
        max(grid.total_supply_coins) as total_supply_coins,
        max(spans.peak_density_z) as peak_density_z,
        max(grid.close_usd) as close_usd,
        max(grid.known_at) as known_at,
        max(grid.provenance) as provenance
    from spans
    inner join grid
        on
            spans.observed_date = grid.observed_date
            and spans.asset = grid.asset
            and spans.cohort = grid.cohort
            and grid.step_number between spans.first_step_number and spans.last_step_number
    group by spans.observed_date, spans.asset, spans.cohort, spans.cluster_number
)

select
    clusters.observed_date,
    clusters.asset,
    clusters.cohort,
    clusters.price_floor_usd,
    clusters.price_ceiling_usd,
    clusters.steps_count,
    clusters.supply_coins,
    clusters.supply_coins / nullif(clusters.total_supply_coins, 0) as share_ratio,
    clusters.supply_coins - clusters.supply_week_ago_coins as added_7d_coins,
    100 * (clusters.supply_coins - clusters.supply_week_ago_coins) / nullif(clusters.supply_week_ago_coins, 0)
        as added_7d_pct,
    clusters.peak_density_z as peak_density_z_ratio,
    coalesce(prices.close_price_usd, clusters.close_usd) as price_usd,
    case when prices.close_price_usd is null then 'bitview.urpd' else 'composite' end as price_source,
    case
        when coalesce(prices.close_price_usd, clusters.close_usd) < clusters.price_floor_usd then 'below'
        when coalesce(prices.close_price_usd, clusters.close_usd) >= clusters.price_ceiling_usd then 'above'
        else 'inside'
    end as price_position,
    'raw' as adjustment,
    greatest(clusters.known_at, case when prices.close_price_usd is not null then prices.known_at end)
        as known_at,
    greatest(clusters.provenance, case when prices.close_price_usd is not null then prices.provenance end)
        as provenance
from clusters
left join {{ ref('int_onchain__average_prices') }} as prices
    on
        clusters.observed_date = prices.observed_date
        and clusters.asset = prices.asset
