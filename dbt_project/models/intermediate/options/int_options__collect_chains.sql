-- A chain is one answer of the venue, and its moment is the newest stamp in it.
select
    venue,
    asset,
    product,
    observed_at as snapshot_at,
    observed_at,
    quoted_at,
    expiry_at,
    strike_price,
    option_type,
    underlying_price as forward_price,
    mark_iv_ratio,
    null::double as bid_iv_ratio,
    null::double as ask_iv_ratio,
    bid_price_coins,
    ask_price_coins,
    mark_price_coins,
    open_interest_coins,
    null::double as index_price,
    known_at,
    provenance
from {{ ref('stg_deribit_options__book_summary') }}

union all by name

-- An option is recorded when it changes, so no minute has the whole chain; the end of an hour does.
select
    venue,
    asset,
    product,
    date_trunc('hour', period_start_at) + interval 1 hour as snapshot_at,
    date_trunc('hour', period_start_at) + interval 1 hour as observed_at,
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
    known_at,
    provenance
from {{ ref('stg_tardis__options_chain_first_of_month') }}
qualify
    row_number() over (
        partition by instrument_name, date_trunc('hour', period_start_at) order by period_start_at desc
    ) = 1

union all by name

-- Each expiry is an answer of its own: a round of questions is named by the quarter of an hour it belongs to.
select
    venue,
    asset,
    product,
    time_bucket(interval 15 minutes, observed_at) as snapshot_at,
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
    provenance
from {{ ref('stg_derive__tickers') }}
qualify
    row_number() over (
        partition by instrument_name, time_bucket(interval 15 minutes, observed_at) order by observed_at desc
    ) = 1
