with quoted_chains as (
    select
        venue,
        asset,
        snapshot_at,
        bool_or(bid_price_coins > 0 or ask_price_coins > 0) as has_quotes
    from {{ ref('int_options__collect_chains') }}
    group by venue, asset, snapshot_at
),

priced as (
    select
        chains.venue,
        chains.asset,
        chains.product,
        chains.snapshot_at,
        chains.expiry_at,
        chains.strike_price,
        chains.option_type,
        case chains.option_type when 'call' then 1 else -1 end as sign,
        (epoch_us(chains.expiry_at) - epoch_us(chains.observed_at)) / 31536e9 as years_to_expiry,
        epoch_us(chains.observed_at) - epoch_us(chains.quoted_at) as age_us,
        nullif(greatest(chains.forward_price, 0), 0) as forward_price,
        chains.mark_iv_ratio,
        coalesce(chains.mark_iv_ratio, (chains.bid_iv_ratio + chains.ask_iv_ratio) / 2) as iv_ratio,
        chains.ask_iv_ratio - chains.bid_iv_ratio as iv_width_ratio,
        chains.bid_price_coins,
        chains.ask_price_coins,
        chains.mark_price_coins,
        chains.open_interest_coins,
        chains.index_price,
        case when quoted_chains.has_quotes then 'two_sided' else 'mark_iv_only' end as hygiene_mode,
        chains.known_at,
        chains.provenance
    from {{ ref('int_options__collect_chains') }} as chains
    inner join quoted_chains
        on
            chains.venue = quoted_chains.venue
            and chains.asset = quoted_chains.asset
            and chains.snapshot_at = quoted_chains.snapshot_at
),

-- What cannot be priced has no d1, hence no delta.
placed as (
    select
        venue,
        asset,
        product,
        snapshot_at,
        expiry_at,
        strike_price,
        option_type,
        sign,
        years_to_expiry,
        age_us,
        forward_price,
        mark_iv_ratio,
        iv_ratio,
        iv_width_ratio,
        bid_price_coins,
        ask_price_coins,
        mark_price_coins,
        open_interest_coins,
        index_price,
        hygiene_mode,
        known_at,
        provenance,
        case option_type
            when 'call' then strike_price >= forward_price else strike_price < forward_price
        end as is_out_of_the_money,
        case
            when years_to_expiry > 0 and iv_ratio > 0
                then {{ black_d1('forward_price', 'strike_price', 'iv_ratio', 'years_to_expiry') }}
        end as d1,
        case
            when years_to_expiry > 0 and iv_ratio > 0
                then {{ black_d2('forward_price', 'strike_price', 'iv_ratio', 'years_to_expiry') }}
        end as d2
    from priced
),

hedged as (
    select
        venue,
        asset,
        product,
        snapshot_at,
        expiry_at,
        strike_price,
        option_type,
        years_to_expiry,
        age_us,
        forward_price,
        mark_iv_ratio,
        iv_ratio,
        bid_price_coins,
        ask_price_coins,
        mark_price_coins,
        open_interest_coins,
        index_price,
        hygiene_mode,
        known_at,
        provenance,
        is_out_of_the_money,
        {{ forward_delta('sign', 'd1') }} as delta_ratio,
        {{ premium_adjusted_delta('sign', 'forward_price', 'strike_price', 'd2') }}
            as delta_premium_adjusted_ratio,
        -- Where the venue gives no volatility of the two sides, their distance over the vega, both in coins.
        coalesce(
            iv_width_ratio,
            (ask_price_coins - bid_price_coins) / nullif({{ normal_pdf('d1') }} * sqrt(years_to_expiry), 0)
        ) as iv_width_ratio
    from placed
)

select
    venue,
    asset,
    snapshot_at,
    expiry_at,
    strike_price,
    option_type,
    product,
    years_to_expiry,
    forward_price,
    mark_iv_ratio,
    iv_ratio,
    bid_price_coins,
    ask_price_coins,
    mark_price_coins,
    delta_ratio,
    delta_premium_adjusted_ratio,
    is_out_of_the_money,
    hygiene_mode,
    case
        when years_to_expiry <= 0 then 'expired'
        when forward_price is null then 'no_forward'
        when iv_ratio is null then 'no_iv'
        when iv_ratio not between 0.05 and 5 then 'iv_out_of_range'
        when not is_out_of_the_money then 'in_the_money'
        when abs(delta_ratio) < 0.02 then 'far_wing'
        when age_us >= 300e6 then 'stale'
        when hygiene_mode = 'mark_iv_only' then null
        when not coalesce(bid_price_coins > 0, false) then 'no_bid'
        when not coalesce(ask_price_coins > 0, false) then 'no_ask'
        when ask_price_coins < bid_price_coins then 'crossed'
        when ask_price_coins > 3 * bid_price_coins and iv_width_ratio > 0.15 then 'wide'
    end as reject_reason,
    open_interest_coins,
    index_price,
    known_at,
    provenance
from hedged
