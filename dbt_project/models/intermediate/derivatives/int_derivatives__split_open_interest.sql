with sampled as (
    select
        cadence,
        period_start_at,
        period_end_at,
        symbol,
        asset,
        venue,
        snapshot_at,
        -- In a fall one hour of slip moves open interest by three or four per cent: a day that broke off
        -- earlier keeps its last level, but no step is measured from it or to it.
        snapshot_at > period_end_at - interval 1 hour as stands_at_end,
        open_interest_coins,
        open_interest_usd,
        mark_price_usd,
        snapshots_count,
        snapshots_per_period,
        known_at,
        provenance
    from {{ ref('int_derivatives__sample_open_interest') }}
),

-- A step goes from q0 coins at price p0 to q1 coins at p1. A contract without coins has no price: the other
-- end of the step lends its own, and the split stays exact.
steps as (
    select
        cadence,
        period_start_at,
        period_end_at,
        asset,
        venue,
        snapshot_at,
        coalesce(
            lag(period_end_at) over walk = period_start_at and lag(stands_at_end) over walk and stands_at_end,
            false
        ) as is_linked,
        row_number() over walk = 1 as is_first,
        lag(open_interest_coins) over walk as q0,
        open_interest_coins as q1,
        coalesce(lag(mark_price_usd) over walk, mark_price_usd, 0) as p0,
        coalesce(mark_price_usd, lag(mark_price_usd) over walk, 0) as p1,
        lag(open_interest_usd) over walk as usd0,
        open_interest_usd as usd1,
        snapshots_count,
        snapshots_per_period,
        known_at,
        lag(known_at) over walk as previous_known_at,
        provenance,
        lag(provenance) over walk as previous_provenance
    from sampled
    window walk as (partition by cadence, asset, venue, symbol order by period_start_at)
),

-- One set of expressions for a venue and for the total of all venues. Steps are summed over the contracts
-- that stand at both ends, so a venue that appears or falls out never shows up as a change.
summed as (
    select
        cadence,
        period_start_at,
        period_end_at,
        asset,
        coalesce(venue, 'all') as venue,
        min(snapshot_at) as snapshot_at,
        sum(q1) as open_interest_coins,
        sum(usd1) as open_interest_usd,
        sum(q1 - q0) filter (where is_linked) as change_coins,
        sum(usd1 - usd0) filter (where is_linked) as change_usd,
        sum((q1 - q0) * (p0 + p1) / 2) filter (where is_linked) as position_effect_usd,
        sum((p1 - p0) * (q0 + q1) / 2) filter (where is_linked) as price_effect_usd,
        sum(snapshots_count) as snapshots_count,
        any_value(snapshots_per_period) as snapshots_per_period,
        count(*) filter (where is_first) as new_contracts_count,
        count(distinct venue) as venues_count,
        left(md5(string_agg(distinct venue, ',' order by venue)), 16) as venue_set_hash,
        max(
            case when is_linked then greatest(known_at, previous_known_at) else known_at end
        ) as known_at,
        max(
            case when is_linked then greatest(provenance, previous_provenance) else provenance end
        ) as provenance
    from steps
    group by grouping sets (
        (cadence, period_start_at, period_end_at, asset, venue),
        (cadence, period_start_at, period_end_at, asset)
    )
)

select
    cadence,
    period_start_at,
    period_end_at,
    asset,
    venue,
    open_interest_coins,
    open_interest_usd,
    open_interest_usd / nullif(open_interest_coins, 0) as mark_price_usd,
    change_coins,
    change_usd,
    position_effect_usd,
    price_effect_usd,
    snapshot_at,
    -- Expected are all contracts seen so far, so one that stops reporting lowers the share.
    snapshots_count / (
        snapshots_per_period * sum(new_contracts_count) over (
            partition by cadence, asset, venue order by period_start_at
            rows between unbounded preceding and current row
        )
    ) as coverage_ratio,
    venues_count,
    venue_set_hash,
    known_at,
    provenance
from summed
