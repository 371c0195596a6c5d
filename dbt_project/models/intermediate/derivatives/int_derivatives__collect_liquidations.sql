-- A venue that counts by the hour says zero; in a list of events an hour without one is silence, so no row.
with printed as (
    select
        'hour' as cadence,
        period_start_at,
        asset,
        venue,
        1 as preference,
        long_liquidation_usd as long_usd,
        short_liquidation_usd as short_usd,
        completeness,
        known_at,
        provenance
    from {{ ref('stg_gate__contract_stats_1h') }}

    union all by name

    select
        'hour' as cadence,
        date_trunc('hour', observed_at) as period_start_at,
        asset,
        venue,
        1 as preference,
        coalesce(size_usd, size_coins * price) * (liquidated_side = 'long')::int as long_usd,
        coalesce(size_usd, size_coins * price) * (liquidated_side = 'short')::int as short_usd,
        completeness,
        known_at,
        provenance
    from {{ ref('stg_deribit_history__liquidation_trades') }}

    union all by name

    -- Triggered and executed are one liquidation told twice.
    select
        'hour' as cadence,
        date_trunc('hour', observed_at) as period_start_at,
        asset,
        venue,
        1 as preference,
        size_coins * price * (liquidated_side = 'long')::int as long_usd,
        size_coins * price * (liquidated_side = 'short')::int as short_usd,
        completeness,
        known_at,
        provenance
    from {{ ref('stg_bitfinex__liquidations') }}
    where stage = 'executed'

    union all by name

    select
        'day' as cadence,
        period_start_at,
        asset,
        venue,
        2 as preference,
        long_liquidation_usd as long_usd,
        short_liquidation_usd as short_usd,
        completeness,
        known_at,
        provenance
    from {{ ref('stg_coinalyze__liquidations_1d') }}

    union all by name

    select
        'day' as cadence,
        period_start_at,
        asset,
        'coinglass' as venue,
        1 as preference,
        long_liquidation_usd as long_usd,
        short_liquidation_usd as short_usd,
        completeness,
        known_at,
        provenance
    from {{ ref('stg_coinglass__liquidations_1d') }}
),

by_period as (
    select
        cadence,
        period_start_at,
        asset,
        venue,
        preference,
        long_usd,
        short_usd,
        case cadence when 'hour' then period_start_at end as hour_at,
        completeness,
        known_at,
        provenance
    from printed

    union all

    select
        'day' as cadence,
        date_trunc('day', period_start_at) as period_start_at,
        asset,
        venue,
        preference,
        long_usd,
        short_usd,
        period_start_at as hour_at,
        completeness,
        known_at,
        provenance
    from printed
    where cadence = 'hour'
)

-- What a venue says itself stands before what a vendor says of it.
select
    cadence,
    period_start_at,
    asset,
    venue,
    sum(long_usd) as long_usd,
    sum(short_usd) as short_usd,
    count(distinct hour_at) as hours_count,
    any_value(completeness) as completeness,
    any_value(completeness) = 'vendor_estimate' as is_vendor_total,
    max(known_at) as known_at,
    max(provenance) as provenance
from by_period
group by cadence, period_start_at, asset, venue, preference
qualify row_number() over (partition by cadence, period_start_at, asset, venue order by preference) = 1
