with told as (
    select
        observed_date,
        asset,
        metric,
        universe,
        count(*) as sources_count,
        -- Of thousands of groups `string_agg` would sort each for itself, at several times the price.
        array_to_string(list(publisher order by publisher), ', ') as sources,
        median(figure) as median_value,
        min(figure) as lowest_value,
        max(figure) as highest_value,
        arg_min(publisher, (figure, publisher)) as lowest_source,
        arg_max(publisher, (figure, publisher)) as highest_source,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_stress__collect_headlines') }}
    where figure is not null
    group by observed_date, asset, metric, universe
),

measured as (
    select
        told.observed_date,
        told.asset,
        told.metric,
        told.universe,
        told.sources_count,
        told.sources,
        told.median_value,
        told.lowest_value,
        told.highest_value,
        told.lowest_source,
        told.highest_source,
        rules.unit,
        rules.tolerance_ratio,
        rules.blocking_ratio,
        greatest(abs(told.median_value), rules.smallest_scale) as scale,
        told.known_at,
        told.provenance
    from told
    inner join {{ ref('headline_metrics') }} as rules on told.metric = rules.metric
)

select
    observed_date,
    asset,
    metric,
    universe,
    unit,
    sources_count,
    sources,
    median_value,
    lowest_value,
    highest_value,
    lowest_source,
    highest_source,
    case when sources_count > 1 then (highest_value - lowest_value) / nullif(scale, 0) end as range_ratio,
    tolerance_ratio,
    blocking_ratio,
    highest_value - lowest_value > tolerance_ratio * scale as is_disputed,
    sources_count = 1 as is_single_source,
    known_at,
    provenance
from measured
