with standing as (
    select
        'hour' as cadence,
        period_end_at as until_at,
        asset,
        venue,
        open_interest_usd,
        known_at,
        provenance
    from {{ ref('fct_open_interest_hourly') }}

    union all

    select
        'day' as cadence,
        cast(observed_date + 1 as timestamp) as until_at,
        asset,
        venue,
        open_interest_usd,
        known_at,
        provenance
    from {{ ref('fct_open_interest_daily') }}
),

paired as (
    select
        flows.cadence,
        flows.period_start_at,
        flows.asset,
        -- A vendor's total holds the same venues again, so it stands beside all and never in it.
        unnest(case when flows.is_vendor_total then [flows.venue] else [flows.venue, 'all'] end) as venue,
        flows.long_usd,
        flows.short_usd,
        flows.hours_count,
        list_position(
            ['complete', 'throttled', 'undocumented', 'vendor_estimate'], flows.completeness
        ) as weakness,
        flows.is_vendor_total,
        nullif(standing.open_interest_usd, 0) as open_interest_usd,
        greatest(flows.known_at, standing.known_at) as known_at,
        greatest(flows.provenance, standing.provenance) as provenance
    from {{ ref('int_derivatives__collect_liquidations') }} as flows
    left join standing
        on
            flows.cadence = standing.cadence
            and flows.period_start_at = standing.until_at
            and flows.asset = standing.asset
            and flows.venue = standing.venue
),

summed as (
    select
        cadence,
        period_start_at,
        asset,
        venue,
        sum(long_usd) as long_usd,
        sum(short_usd) as short_usd,
        sum(open_interest_usd) as open_interest_usd,
        sum(long_usd + short_usd) filter (where open_interest_usd is not null) as compared_usd,
        cast(max(hours_count) as bigint) as hours_count,
        count(*) as venues_count,
        max(weakness) as weakness,
        bool_or(is_vendor_total) as is_vendor_total,
        max(known_at) as known_at,
        max(provenance) as provenance
    from paired
    group by cadence, period_start_at, asset, venue
)

select
    cadence,
    period_start_at,
    asset,
    venue,
    long_usd,
    short_usd,
    long_usd + short_usd as liquidated_usd,
    long_usd / nullif(long_usd + short_usd, 0) as long_share_ratio,
    open_interest_usd,
    compared_usd / open_interest_usd as intensity_ratio,
    compared_usd / nullif(long_usd + short_usd, 0) as coverage_ratio,
    case venue when 'all' then null else nullif(hours_count, 0) end as hours_count,
    case when is_vendor_total then null else venues_count end as venues_count,
    ['complete', 'throttled', 'undocumented', 'vendor_estimate'][weakness] as completeness,
    is_vendor_total,
    not is_vendor_total as is_lower_bound,
    known_at,
    provenance
from summed
