select
    period_start_at,
    period_end_at,
    asset,
    venue,
    quote_currency,
    open_price,
    high_price,
    low_price,
    close_price,
    known_at,
    provenance
from {{ ref('stg_binance_vision__spot_klines_1d') }}

union all

select
    period_start_at,
    period_end_at,
    asset,
    venue,
    quote_currency,
    open_price,
    high_price,
    low_price,
    close_price,
    known_at,
    provenance
from {{ ref('stg_coinbase_exchange__candles_1d') }}

union all

select
    period_start_at,
    period_end_at,
    asset,
    venue,
    quote_currency,
    open_price,
    high_price,
    low_price,
    close_price,
    known_at,
    provenance
from {{ ref('stg_kraken__ohlc_1d') }}
