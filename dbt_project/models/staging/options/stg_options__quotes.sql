-- Nearly every chain is one answer of one moment, in which an option stands once: there is nothing to choose.
-- Of the rest the newest row of each option counts, in its newest vintage known by then.
with known as (
    select
        instrument_name,
        told_at,
        venue,
        asset,
        product,
        snapshot_at,
        expiry_at,
        strike_price,
        option_type,
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
        own_reason,
        book_reason,
        open_interest_coins,
        index_price,
        known_at,
        provenance,
        _fetched_at,
        _capture_id
    from {{ ref('stg_options__quote_vintages') }}
    where {{ is_known() }}
),

chains as (
    select
        venue,
        asset,
        snapshot_at,
        min(_capture_id) = max(_capture_id) and min(told_at) = max(told_at) as is_one_answer
    from known
    group by venue, asset, snapshot_at
),

chosen as (
    select
        known.venue,
        known.asset,
        known.product,
        known.snapshot_at,
        known.expiry_at,
        known.strike_price,
        known.option_type,
        known.years_to_expiry,
        known.forward_price,
        known.mark_iv_ratio,
        known.iv_ratio,
        known.bid_price_coins,
        known.ask_price_coins,
        known.mark_price_coins,
        known.delta_ratio,
        known.delta_premium_adjusted_ratio,
        known.is_out_of_the_money,
        known.own_reason,
        known.book_reason,
        known.open_interest_coins,
        known.index_price,
        known.known_at,
        known.provenance
    from known
    inner join chains
        on
            known.venue = chains.venue
            and known.asset = chains.asset
            and known.snapshot_at = chains.snapshot_at
            and not chains.is_one_answer
    qualify row_number() over (
        partition by known.venue, known.instrument_name, known.snapshot_at
        order by known.told_at desc, {{ vintage_order('desc') }}
    ) = 1
)

select
    known.venue,
    known.asset,
    known.product,
    known.snapshot_at,
    known.expiry_at,
    known.strike_price,
    known.option_type,
    known.years_to_expiry,
    known.forward_price,
    known.mark_iv_ratio,
    known.iv_ratio,
    known.bid_price_coins,
    known.ask_price_coins,
    known.mark_price_coins,
    known.delta_ratio,
    known.delta_premium_adjusted_ratio,
    known.is_out_of_the_money,
    known.own_reason,
    known.book_reason,
    known.open_interest_coins,
    known.index_price,
    known.known_at,
    known.provenance
from known
inner join chains
    on
        known.venue = chains.venue
        and known.asset = chains.asset
        and known.snapshot_at = chains.snapshot_at
        and chains.is_one_answer

union all

select
    venue,
    asset,
    product,
    snapshot_at,
    expiry_at,
    strike_price,
    option_type,
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
    own_reason,
    book_reason,
    open_interest_coins,
    index_price,
    known_at,
    provenance
from chosen
