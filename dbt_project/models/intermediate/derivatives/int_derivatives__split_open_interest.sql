-- A linear contract holds coins valued in dollars, an inverse one holds dollars valued in coins. In a fall
-- one hour of slip moves open interest by three or four per cent: a day that broke off earlier keeps its last
-- level, but no step is measured from it or to it.
with sampled as (
    select
        cadence,
        period_start_at,
        period_end_at,
        venue,
        product,
        contract,
        asset,
        sampling,
        snapshot_at,
        sampling <> 'weekly' and snapshot_at > period_end_at - interval 1 hour as stands_at_end,
        open_interest_coins,
        open_interest_usd,
        if(product = 'inverse', open_interest_usd, open_interest_coins) as held,
        if(product = 'inverse', open_interest_coins, open_interest_usd)
        / nullif(if(product = 'inverse', open_interest_usd, open_interest_coins), 0) as rate,
        usd_basis,
        coverage_ratio,
        known_at,
        provenance
    from {{ ref('int_derivatives__sample_open_interest') }}
),

-- The period before in which the contract stood. A contract that holds nothing has no rate: the other end of
-- the step lends its own, and the split stays exact.
steps as (
    select
        cadence,
        period_start_at,
        period_end_at,
        venue,
        product,
        asset,
        sampling,
        snapshot_at,
        stands_at_end,
        stands_at_end and lag(period_end_at) over walk = period_start_at as is_linked,
        row_number() over so_far = 1 as is_first,
        if(stands_at_end, lag(open_interest_coins) over walk, null) as coins0,
        open_interest_coins as coins1,
        lag(open_interest_usd) over walk as usd0,
        open_interest_usd as usd1,
        held - lag(held) over walk as held_change,
        held + lag(held) over walk as held_twice,
        coalesce(lag(rate) over walk, rate, 0) as rate0,
        coalesce(rate, lag(rate) over walk, 0) as rate1,
        usd_basis,
        coverage_ratio,
        known_at,
        provenance
    from sampled
    window
        so_far as (partition by cadence, asset, venue, product, contract order by period_start_at),
        walk as (
            partition by cadence, asset, venue, product, contract, stands_at_end order by period_start_at
        )
),

-- One set of expressions for a venue and for the total of all venues. Steps are summed over the contracts
-- that stand at both ends, so a venue that appears or falls out never shows up as a change. A report that
-- comes once a week would be in the total of one day in seven, and is left out of it.
summed as (
    select
        cadence,
        period_start_at,
        period_end_at,
        asset,
        unnest(if(sampling = 'weekly', [venue], [venue, 'all'])) as scope,
        venue,
        sampling,
        snapshot_at,
        stands_at_end,
        is_linked,
        is_first,
        coins0,
        coins1,
        usd0,
        usd1,
        if(product = 'inverse', held_change, held_change * (rate0 + rate1) / 2) as position_effect_usd,
        if(product = 'inverse', 0, (rate1 - rate0) * held_twice / 2) as price_effect_usd,
        if(product = 'inverse', held_change * (rate0 + rate1) / 2, held_change) as position_effect_coins,
        if(product = 'inverse', (rate1 - rate0) * held_twice / 2, 0) as price_effect_coins,
        usd_basis,
        coverage_ratio,
        known_at,
        provenance
    from steps
),

totals as (
    select
        cadence,
        period_start_at,
        period_end_at,
        asset,
        scope as venue,
        if(scope = 'all', null, max(sampling)) as sampling,
        min(snapshot_at) as snapshot_at,
        sum(coins1) as open_interest_coins,
        sum(usd1) as open_interest_usd,
        sum(coins1) filter (where stands_at_end) as standing_coins,
        sum(position_effect_coins) as chained_change_coins,
        sum(coins0) filter (where is_linked) as linked_coins0,
        sum(coins1) filter (where is_linked) as linked_coins1,
        sum(usd0) filter (where is_linked) as linked_usd0,
        sum(coins1 - coins0) filter (where is_linked) as change_coins,
        sum(usd1 - usd0) filter (where is_linked) as change_usd,
        sum(position_effect_usd) filter (where is_linked) as position_effect_usd,
        sum(price_effect_usd) filter (where is_linked) as price_effect_usd,
        sum(position_effect_coins) filter (where is_linked) as position_effect_coins,
        sum(price_effect_coins) filter (where is_linked) as price_effect_coins,
        sum(coverage_ratio) as covered_contracts,
        count(*) filter (where is_first) as new_contracts_count,
        count(distinct venue) as venues_count,
        left(md5(string_agg(distinct venue, ',' order by venue)), 16) as venue_set_hash,
        string_agg(distinct usd_basis, ',' order by usd_basis) as usd_basis,
        max(known_at) as known_at,
        max(provenance) as provenance
    from summed
    group by cadence, period_start_at, period_end_at, asset, scope
)

select
    cadence,
    period_start_at,
    period_end_at,
    asset,
    venue,
    sampling,
    open_interest_coins,
    open_interest_usd,
    open_interest_usd / nullif(open_interest_coins, 0) as mark_price_usd,
    -- A contract that comes back adds what changed hands while it was away; one that is new adds nothing.
    case
        when standing_coins is not null
            then
                first_value(standing_coins ignore nulls) over so_far
                + coalesce(sum(chained_change_coins) over so_far, 0)
    end as open_interest_chained_coins,
    change_coins,
    change_usd,
    position_effect_usd,
    price_effect_usd,
    position_effect_coins,
    price_effect_coins,
    change_coins / nullif(linked_coins0, 0) as change_coins_ratio,
    change_usd / nullif(linked_usd0, 0) as change_usd_ratio,
    position_effect_coins / nullif(linked_coins0, 0) as position_effect_coins_ratio,
    linked_coins1 / nullif(open_interest_coins, 0) as linked_ratio,
    snapshot_at,
    -- Expected are all contracts seen so far, so one that stops reporting lowers the share.
    covered_contracts / sum(new_contracts_count) over so_far as coverage_ratio,
    venues_count,
    venue_set_hash,
    usd_basis,
    max(known_at) over so_far as known_at,
    max(provenance) over so_far as provenance
from totals
window so_far as (
    partition by cadence, asset, venue order by period_start_at
    rows between unbounded preceding and current row
)
