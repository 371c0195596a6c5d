-- Only an hour without an active quarter ends a cascade; the hour is counted from what came before alone.
with broken as (
    select
        quarter_start_at,
        quarter_end_at,
        asset,
        long_usd,
        short_usd,
        liquidated_usd,
        venues,
        price_in,
        price_out,
        is_start,
        quiet_known_at,
        known_at,
        provenance,
        coalesce(
            quarter_start_at - lag(quarter_end_at) over (partition by asset order by quarter_start_at)
            >= interval 60 minute, true
        ) as is_after_quiet
    from {{ ref('int_derivatives__find_active_quarters') }}
),

numbered as (
    select
        quarter_start_at,
        quarter_end_at,
        asset,
        long_usd,
        short_usd,
        liquidated_usd,
        venues,
        price_in,
        price_out,
        is_start,
        quiet_known_at,
        known_at,
        provenance,
        count(*) filter (where is_after_quiet) over (
            partition by asset order by quarter_start_at
            rows between unbounded preceding and current row
        ) as run_number
    from broken
),

-- Much was liquidated before, but a cascade begins when the price goes along.
started as (
    select
        quarter_start_at,
        quarter_end_at,
        asset,
        long_usd,
        short_usd,
        liquidated_usd,
        venues,
        price_in,
        price_out,
        quiet_known_at,
        known_at,
        provenance,
        run_number
    from numbered
    qualify bool_or(is_start) over (
        partition by asset, run_number order by quarter_start_at
        rows between unbounded preceding and current row
    )
),

cascades as (
    select
        min(quarter_start_at) as started_at,
        asset,
        max(quarter_end_at) as last_active_at,
        arg_min(quarter_start_at, (-liquidated_usd, quarter_start_at)) as peak_at,
        first(short_usd > long_usd order by quarter_start_at) as is_upward,
        sum(long_usd) as long_usd,
        sum(short_usd) as short_usd,
        sum(long_usd + short_usd) as liquidated_usd,
        first(price_in order by quarter_start_at) as price_in,
        last(price_out order by quarter_start_at) as price_out,
        count(*) as active_quarters_count,
        list_sort(list_distinct(flatten(list(venues)))) as venues,
        last(quiet_known_at order by quarter_start_at) as quiet_known_at,
        max(known_at) as known_at,
        max(provenance) as provenance
    from started
    group by asset, run_number
),

-- The share is of the venues that tell their liquidations, so it waits for the open interest of each of them.
standing as (
    select
        cascades.started_at,
        cascades.asset,
        sum(hours.open_interest_usd) as open_interest_usd,
        count(*) as venues_count,
        max(hours.known_at) as known_at,
        max(hours.provenance) as provenance
    from cascades
    inner join {{ ref('fct_open_interest_hourly') }} as hours
        on
            cascades.asset = hours.asset
            and date_trunc('hour', cascades.started_at) = hours.period_end_at
            and list_contains(cascades.venues, hours.venue)
    group by cascades.started_at, cascades.asset
),

together as (
    select
        cascades.started_at,
        cascades.asset,
        cascades.last_active_at,
        cascades.peak_at,
        cascades.is_upward,
        cascades.long_usd,
        cascades.short_usd,
        cascades.liquidated_usd,
        cascades.price_in,
        cascades.price_out,
        cascades.active_quarters_count,
        cascades.venues,
        cascades.quiet_known_at is null as is_open,
        case
            when standing.venues_count = len(cascades.venues) then standing.open_interest_usd
        end as open_interest_usd,
        greatest(cascades.known_at, cascades.quiet_known_at, standing.known_at) as known_at,
        greatest(cascades.provenance, standing.provenance) as provenance
    from cascades
    left join standing on cascades.started_at = standing.started_at and cascades.asset = standing.asset
)

select
    started_at,
    asset,
    started_at + interval 15 minute as detected_at,
    peak_at,
    last_active_at,
    case when not is_open then last_active_at end as ended_at,
    case when not is_open then last_active_at + interval 60 minute end as end_detected_at,
    case when is_upward then 'short' else 'long' end as liquidated_side,
    array_to_string(venues, ',') as venues,
    long_usd,
    short_usd,
    liquidated_usd,
    open_interest_usd,
    liquidated_usd / nullif(open_interest_usd, 0) as intensity_ratio,
    price_in as start_price,
    price_out as end_price,
    price_out / price_in - 1 as return_ratio,
    active_quarters_count,
    cast(date_diff('minute', started_at, last_active_at) as bigint) as active_minutes,
    is_open,
    true as is_lower_bound,
    known_at,
    provenance
from together
