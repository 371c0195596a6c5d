with expiries as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        compared_at,
        max(product) as product,
        max(usd_basis) as usd_basis,
        count(*) as strikes_count,
        count(*) filter (where call_open_interest_coins is null or put_open_interest_coins is null)
            as one_sided_strikes_count,
        coalesce(sum(call_open_interest_coins order by strike_price), 0) as call_coins,
        coalesce(sum(put_open_interest_coins order by strike_price), 0) as put_coins,
        sum(open_interest_coins order by strike_price) as coins,
        sum(open_interest_usd order by strike_price) as open_interest_usd,
        max(strike_price) filter (where is_max_pain) as max_pain_price,
        sum(share_of_expiry_ratio * share_of_expiry_ratio order by strike_price) as strike_hhi_ratio,
        max(strike_price) filter (
            where open_interest_rank = 1 and open_interest_coins > 0
        ) as top_strike_price,
        max(share_of_expiry_ratio) as top_strike_share_ratio,
        arg_max(strike_price, struct_pack(coins := put_open_interest_coins, lower := -strike_price)) filter (
            where put_open_interest_coins > 0
        ) as top_put_strike_price,
        max(put_share_of_expiry_ratio) as top_put_share_ratio,
        sum(gamma_unsigned_1pct_usd order by strike_price) as gamma_unsigned_1pct_usd,
        sum(share_of_expiry_ratio order by strike_price) filter (where gamma_unsigned_1pct_usd is not null)
            as gamma_coverage_ratio,
        bool_or(is_max_pain_tied) as is_max_pain_tied,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('fct_option_open_interest') }}
    group by venue, asset, snapshot_at, expiry_at, compared_at
)

select
    expiries.venue,
    expiries.asset,
    expiries.snapshot_at,
    expiries.expiry_at,
    expiries.compared_at,
    expiries.product,
    expiries.usd_basis,
    expiries.strikes_count,
    expiries.one_sided_strikes_count,
    expiries.call_coins as call_open_interest_coins,
    expiries.put_coins as put_open_interest_coins,
    expiries.coins as open_interest_coins,
    expiries.open_interest_usd,
    expiries.put_coins / nullif(expiries.call_coins, 0) as put_call_ratio,
    expiries.call_coins - earlier.call_coins as call_change_24h_coins,
    expiries.put_coins - earlier.put_coins as put_change_24h_coins,
    expiries.put_coins / nullif(expiries.call_coins, 0) - earlier.put_coins / nullif(earlier.call_coins, 0)
        as put_call_change_24h_ratio,
    expiries.max_pain_price,
    expiries.strike_hhi_ratio,
    expiries.top_strike_price,
    expiries.top_strike_share_ratio,
    expiries.top_put_strike_price,
    expiries.top_put_share_ratio,
    expiries.gamma_unsigned_1pct_usd,
    expiries.gamma_coverage_ratio,
    expiries.is_max_pain_tied,
    greatest(expiries.known_at, earlier.known_at) as known_at,
    greatest(expiries.provenance, earlier.provenance) as provenance
from expiries
left join expiries as earlier
    on
        expiries.venue = earlier.venue
        and expiries.asset = earlier.asset
        and expiries.expiry_at = earlier.expiry_at
        and expiries.compared_at = earlier.snapshot_at
