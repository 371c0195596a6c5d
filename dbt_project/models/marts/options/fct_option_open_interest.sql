{%- set day, earliest, latest = 'interval 24 hour', 'interval 25 hour', 'interval 23 hour' -%}

with strikes as (
    select
        venue,
        asset,
        product,
        snapshot_at,
        expiry_at,
        strike_price,
        call_coins,
        put_coins,
        coins,
        puts_at_or_below_coins,
        sum(coins) over chain as chain_coins,
        sum(put_coins) over chain as chain_put_coins,
        coalesce(index_price, forward_price) as price_usd,
        if(index_price is null, if(forward_price is null, null, 'forward'), 'index') as usd_basis,
        payout_usd,
        -- The last digits of a sum depend on its order: equal is what differs by less than a billionth.
        sum(coins) over chain > 0
        and payout_usd <= min(payout_usd) over chain + 1e-9 * max(payout_usd) over chain as is_least_payout,
        gamma_1pct_usd,
        probability_if_flat_ratio + probability_by_slope_ratio as probability_ratio,
        smile_reason,
        known_at,
        provenance
    from {{ ref('int_options__measure_strikes') }}
    window chain as (partition by venue, asset, snapshot_at, expiry_at)
),

-- The last snapshot within the hour to a day before, and the first within the hour from then.
snapshots as (
    select
        venue,
        asset,
        expiry_at,
        snapshot_at,
        max(snapshot_at) over (
            partition by venue, asset, expiry_at order by snapshot_at
            range between {{ earliest }} preceding and {{ day }} preceding
        ) as earlier_at,
        min(snapshot_at) over (
            partition by venue, asset, expiry_at order by snapshot_at
            range between {{ day }} preceding and {{ latest }} preceding
        ) as later_at
    from strikes
    group by venue, asset, expiry_at, snapshot_at
),

compared as (
    select
        venue,
        asset,
        expiry_at,
        snapshot_at,
        if(
            later_at is null or snapshot_at - {{ day }} - earlier_at <= later_at - (snapshot_at - {{ day }}),
            earlier_at, later_at
        ) as compared_at
    from snapshots
)

select
    strikes.venue,
    strikes.asset,
    strikes.snapshot_at,
    strikes.expiry_at,
    strikes.strike_price,
    compared.compared_at,
    strikes.product,
    strikes.usd_basis,
    strikes.call_coins as call_open_interest_coins,
    strikes.put_coins as put_open_interest_coins,
    strikes.coins as open_interest_coins,
    strikes.coins * strikes.price_usd as open_interest_usd,
    strikes.call_coins - earlier.call_coins as call_change_24h_coins,
    strikes.put_coins - earlier.put_coins as put_change_24h_coins,
    case
        when compared.compared_at is null then 'no_snapshot'
        when earlier.strike_price is null then 'strike_not_in_snapshot'
    end as change_reason,
    coalesce(strikes.put_coins, 0) / nullif(strikes.coins, 0) as put_share_of_strike_ratio,
    coalesce(strikes.put_coins, 0) / nullif(strikes.chain_put_coins, 0) as put_share_of_expiry_ratio,
    strikes.puts_at_or_below_coins / nullif(strikes.chain_put_coins, 0) as put_share_at_or_below_ratio,
    strikes.coins / nullif(strikes.chain_coins, 0) as share_of_expiry_ratio,
    row_number() over (
        partition by strikes.venue, strikes.asset, strikes.snapshot_at, strikes.expiry_at
        order by strikes.coins desc, strikes.strike_price asc
    ) as open_interest_rank,
    strikes.payout_usd,
    strikes.coins * strikes.gamma_1pct_usd as gamma_unsigned_1pct_usd,
    if(strikes.probability_ratio between 0 and 1, strikes.probability_ratio, null) as probability_below_ratio,
    case
        when strikes.smile_reason is not null then strikes.smile_reason
        when strikes.probability_ratio is null then 'no_neighbour'
        when strikes.probability_ratio not between 0 and 1 then 'arbitrage'
    end as probability_reason,
    -- Payouts are convex in the strike, so that the least ones are neighbours.
    strikes.is_least_payout and not coalesce(lag(strikes.is_least_payout) over ladder, false) as is_max_pain,
    strikes.is_least_payout
    and (
        coalesce(lag(strikes.is_least_payout) over ladder, false)
        or coalesce(lead(strikes.is_least_payout) over ladder, false)
    ) as is_max_pain_tied,
    greatest(strikes.known_at, earlier.known_at) as known_at,
    greatest(strikes.provenance, earlier.provenance) as provenance
from strikes
inner join compared
    on
        strikes.venue = compared.venue
        and strikes.asset = compared.asset
        and strikes.expiry_at = compared.expiry_at
        and strikes.snapshot_at = compared.snapshot_at
left join strikes as earlier
    on
        strikes.venue = earlier.venue
        and strikes.asset = earlier.asset
        and strikes.expiry_at = earlier.expiry_at
        and strikes.strike_price = earlier.strike_price
        and compared.compared_at = earlier.snapshot_at
window
    ladder as (
        partition by strikes.venue, strikes.asset, strikes.snapshot_at, strikes.expiry_at
        order by strikes.strike_price
    )
