-- What is usual is of the ninety days before: a storm is not held against itself.
with walked as (
    select
        cast(period_start_at as date) as observed_date,
        asset,
        venue,
        long_usd,
        short_usd,
        liquidated_usd,
        long_share_ratio,
        open_interest_usd,
        intensity_ratio,
        median(intensity_ratio) over ninety_days as median_intensity_90d_ratio,
        count(intensity_ratio) over ninety_days as median_intensity_90d_count,
        coverage_ratio,
        hours_count,
        venues_count,
        completeness,
        is_vendor_total,
        is_lower_bound,
        greatest(known_at, max(known_at) over ninety_days) as known_at,
        greatest(provenance, max(provenance) over ninety_days) as provenance
    from {{ ref('int_derivatives__compare_liquidations') }}
    where cadence = 'day'
    window ninety_days as (
        partition by asset, venue order by period_start_at
        range between interval 90 day preceding and interval 1 day preceding
    )
)

select
    observed_date,
    asset,
    venue,
    long_usd,
    short_usd,
    liquidated_usd,
    long_share_ratio,
    open_interest_usd,
    intensity_ratio,
    case
        when median_intensity_90d_count >= 30 then median_intensity_90d_ratio
    end as median_intensity_90d_ratio,
    median_intensity_90d_count,
    case
        when median_intensity_90d_count >= 30 then intensity_ratio / nullif(median_intensity_90d_ratio, 0)
    end as intensity_to_median_90d_ratio,
    case
        when intensity_ratio is null then 'no_open_interest'
        when median_intensity_90d_count < 30 then 'fewer_than_30_days'
        when median_intensity_90d_ratio = 0 then 'median_is_zero'
    end as intensity_to_median_90d_reason,
    coverage_ratio,
    hours_count,
    venues_count,
    completeness,
    is_vendor_total,
    is_lower_bound,
    known_at,
    provenance
from walked
