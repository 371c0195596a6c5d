{{ config(materialized='rollup') }}
-- Every vintage of every quote with all that can be said of it alone. What hangs on other quotes, on other
-- answers or on the moment asked about comes afterwards: stg_options__quotes, int_options__quotes.
with quoted as (
    select
        instrument_name,
        'deribit' as venue,
        currency as asset,
        'inverse' as product,
        observed_at as told_at,
        -- A chain is one answer of the venue, and its moment is the newest stamp in it.
        observed_at as snapshot_at,
        observed_at,
        quoted_at,
        expiry_at,
        strike_price,
        option_type,
        underlying_price as forward_price,
        mark_iv_ratio,
        cast(null as double) as bid_iv_ratio,
        cast(null as double) as ask_iv_ratio,
        bid_price_coins,
        ask_price_coins,
        mark_price_coins,
        open_interest_coins,
        cast(null as double) as index_price,
        known_at,
        provenance,
        _fetched_at,
        _capture_id
    from {{ source('deribit_options', 'book_summary') }}

    union all

    -- An option is recorded when it changes, so no minute has the whole chain; the end of an hour does.
    select
        instrument_name,
        'deribit' as venue,
        currency as asset,
        'inverse' as product,
        period_start_at as told_at,
        {{ start_of('hour', 'period_start_at') }} + interval 1 hour as snapshot_at,
        {{ start_of('hour', 'period_start_at') }} + interval 1 hour as observed_at,
        coalesce(quoted_at, period_end_at) as quoted_at,
        expiry_at,
        strike_price,
        option_type,
        underlying_price as forward_price,
        mark_iv_ratio,
        bid_iv_ratio,
        ask_iv_ratio,
        bid_price_coins,
        ask_price_coins,
        mark_price_coins,
        open_interest_coins,
        cast(null as double) as index_price,
        known_at,
        provenance,
        _fetched_at,
        _capture_id
    from {{ source('tardis', 'options_chain_first_of_month') }}

    union all

    -- Each expiry is an answer of its own: a round of questions is named by the quarter of an hour it is of.
    select
        instrument_name,
        'derive' as venue,
        currency as asset,
        'linear' as product,
        observed_at as told_at,
        {{ quarter_of('observed_at') }} as snapshot_at,
        observed_at,
        quoted_at,
        expiry_at,
        strike_price,
        option_type,
        underlying_price as forward_price,
        mark_iv_ratio,
        bid_iv_ratio,
        ask_iv_ratio,
        bid_price_usd / nullif(underlying_price, 0) as bid_price_coins,
        ask_price_usd / nullif(underlying_price, 0) as ask_price_coins,
        mark_price_usd / nullif(underlying_price, 0) as mark_price_coins,
        open_interest_coins,
        index_price,
        known_at,
        provenance,
        _fetched_at,
        _capture_id
    from {{ source('derive', 'tickers') }}
),

timed as (
    select
        instrument_name,
        venue,
        asset,
        product,
        told_at,
        snapshot_at,
        expiry_at,
        strike_price,
        option_type,
        case option_type when 'call' then 1 else -1 end as sign,
        ({{ microseconds_of('expiry_at') }} - {{ microseconds_of('observed_at') }}) / 31536e9
            as years_to_expiry,
        {{ microseconds_of('observed_at') }} - {{ microseconds_of('quoted_at') }} as age_us,
        nullif(greatest(forward_price, 0), 0) as forward_price,
        mark_iv_ratio,
        coalesce(mark_iv_ratio, (bid_iv_ratio + ask_iv_ratio) / 2) as iv_ratio,
        ask_iv_ratio - bid_iv_ratio as iv_width_ratio,
        bid_price_coins,
        ask_price_coins,
        mark_price_coins,
        open_interest_coins,
        index_price,
        known_at,
        provenance,
        _fetched_at,
        _capture_id
    from quoted
),

-- What cannot be priced has no d1, hence no delta.
placed as (
    select
        instrument_name,
        venue,
        asset,
        product,
        told_at,
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
        known_at,
        provenance,
        _fetched_at,
        _capture_id,
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
    from timed
),

hedged as (
    select
        instrument_name,
        venue,
        asset,
        product,
        told_at,
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
        known_at,
        provenance,
        _fetched_at,
        _capture_id,
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
    instrument_name,
    venue,
    asset,
    product,
    told_at,
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
    case
        when years_to_expiry <= 0 then 'expired'
        when forward_price is null then 'no_forward'
        when iv_ratio is null then 'no_iv'
        when iv_ratio not between 0.05 and 5 then 'iv_out_of_range'
        when not is_out_of_the_money then 'in_the_money'
        when abs(delta_ratio) < 0.02 then 'far_wing'
        when age_us >= 300e6 then 'stale'
    end as own_reason,
    case
        when not coalesce(bid_price_coins > 0, false) then 'no_bid'
        when not coalesce(ask_price_coins > 0, false) then 'no_ask'
        when ask_price_coins < bid_price_coins then 'crossed'
        when ask_price_coins > 3 * bid_price_coins and iv_width_ratio > 0.15 then 'wide'
    end as book_reason,
    open_interest_coins,
    index_price,
    known_at,
    provenance,
    _fetched_at,
    _capture_id
from hedged
