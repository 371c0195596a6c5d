with printed as (
    select
        period_start_at,
        asset,
        quote_currency,
        'candle' as kind,
        1 as preference,
        volume_coins,
        taker_buy_coins,
        known_at,
        provenance
    from {{ ref('stg_binance_vision__um_klines_1h') }}

    union all by name

    select
        period_start_at,
        asset,
        quote_currency,
        'candle' as kind,
        2 as preference,
        volume_coins,
        taker_buy_coins,
        known_at,
        provenance
    from {{ ref('stg_binance_futures__klines_1h') }}

    union all by name

    select
        period_start_at,
        asset,
        quote_currency,
        'premium' as kind,
        1 as preference,
        close_premium_ratio,
        known_at,
        provenance
    from {{ ref('stg_binance_vision__um_premium_klines_1h') }}

    union all by name

    select
        period_start_at,
        asset,
        quote_currency,
        'premium' as kind,
        2 as preference,
        close_premium_ratio,
        known_at,
        provenance
    from {{ ref('stg_binance_futures__premium_klines_1h') }}
),

-- What the daily file only repeats was known since the tail of the interface gave it.
newest as (
    select
        period_start_at,
        asset,
        quote_currency,
        volume_coins,
        taker_buy_coins,
        close_premium_ratio,
        min(known_at) over (
            partition by
                asset, quote_currency, period_start_at, kind,
                volume_coins, taker_buy_coins, close_premium_ratio
        ) as known_at,
        provenance
    from printed
    qualify row_number() over (
        partition by asset, quote_currency, period_start_at, kind order by preference
    ) = 1
)

select
    period_start_at,
    asset,
    quote_currency,
    any_value(volume_coins) as volume_coins,
    any_value(taker_buy_coins) as taker_buy_coins,
    any_value(close_premium_ratio) as close_premium_ratio,
    max(known_at) as known_at,
    max(provenance) as provenance
from newest
group by period_start_at, asset, quote_currency
