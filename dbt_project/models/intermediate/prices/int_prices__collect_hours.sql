-- What a venue does not print stays NULL: a volume in dollars is not guessed.
with candles as (
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
        volume_coins,
        volume_quote,
        trades_count,
        taker_buy_coins,
        known_at,
        provenance,
        1 as preference
    from {{ ref('stg_binance_vision__spot_klines_1h') }}

    union all by name

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
        volume_coins,
        volume_quote,
        trades_count,
        taker_buy_coins,
        known_at,
        provenance,
        2 as preference
    from {{ ref('stg_binance_spot__klines_1h') }}

    union all by name

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
        volume_coins,
        known_at,
        provenance,
        1 as preference
    from {{ ref('stg_coinbase_exchange__candles_1h') }}

    union all by name

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
        volume_coins,
        trades_count,
        known_at,
        provenance,
        1 as preference
    from {{ ref('stg_kraken__ohlc_1h') }}

    union all by name

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
        volume_coins,
        known_at,
        provenance,
        1 as preference
    from {{ ref('stg_bitstamp__ohlc_1h') }}
)

-- A candle that the daily file only repeats was known since the tail gave it; a corrected one since the file.
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
    volume_coins,
    volume_quote,
    trades_count,
    taker_buy_coins,
    min(known_at) over (
        partition by
            asset, venue, quote_currency, period_start_at,
            open_price, high_price, low_price, close_price, volume_coins
    ) as known_at,
    provenance
from candles
qualify row_number() over (
    partition by asset, venue, quote_currency, period_start_at order by preference
) = 1
