with quoted_chains as (
    select
        venue,
        asset,
        snapshot_at,
        bool_or(bid_price_coins > 0 or ask_price_coins > 0) as has_quotes
    from {{ ref('stg_options__quotes') }}
    group by venue, asset, snapshot_at
),

asked as (
    select
        quotes.venue,
        quotes.asset,
        quotes.product,
        quotes.snapshot_at,
        quotes.expiry_at,
        quotes.strike_price,
        quotes.option_type,
        quotes.years_to_expiry,
        quotes.forward_price,
        quotes.mark_iv_ratio,
        quotes.iv_ratio,
        quotes.bid_price_coins,
        quotes.ask_price_coins,
        quotes.mark_price_coins,
        quotes.delta_ratio,
        quotes.delta_premium_adjusted_ratio,
        quotes.is_out_of_the_money,
        quotes.own_reason,
        quotes.book_reason,
        quotes.open_interest_coins,
        quotes.index_price,
        quotes.known_at,
        quotes.provenance,
        case when quoted_chains.has_quotes then 'two_sided' else 'mark_iv_only' end as hygiene_mode
    from {{ ref('stg_options__quotes') }} as quotes
    inner join quoted_chains
        on
            quotes.venue = quoted_chains.venue
            and quotes.asset = quoted_chains.asset
            and quotes.snapshot_at = quoted_chains.snapshot_at
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
    -- A chain without any quote is not asked for them.
    coalesce(own_reason, case when hygiene_mode = 'two_sided' then book_reason end) as reject_reason,
    open_interest_coins,
    index_price,
    known_at,
    provenance
from asked
