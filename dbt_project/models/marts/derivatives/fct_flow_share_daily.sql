with spot_days as (
    select
        cast(period_start_at as date) as observed_date,
        asset,
        sum(2 * taker_buy_coins - volume_coins) as spot_cvd_coins,
        sum(volume_coins) as spot_volume_coins,
        count(*) as spot_hours_count,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_prices__collect_hours') }}
    where venue = 'binance' and quote_currency = 'USDT' and taker_buy_coins is not null
    group by observed_date, asset
),

perp_days as (
    select
        cast(period_start_at as date) as observed_date,
        asset,
        sum(2 * taker_buy_coins - volume_coins) as perp_cvd_coins,
        sum(volume_coins) as perp_volume_coins,
        count(taker_buy_coins) as perp_hours_count,
        avg(close_premium_ratio) * 1e4 as basis_mean_bps,
        count(close_premium_ratio) as basis_hours_count,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_derivatives__collect_perp_hours') }}
    where quote_currency = 'USDT'
    group by observed_date, asset
),

usdt as (
    select
        period_start_at,
        median(close_price) as usd_per_usdt_ratio,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_prices__collect_hours') }}
    where asset = 'USDT' and quote_currency = 'USD'
    group by period_start_at
),

-- Only the same hour compares: in a fall the two venues' own last prices can be an hour and a lot apart.
premium_days as (
    select
        cast(coinbase.period_start_at as date) as observed_date,
        coinbase.asset,
        coinbase.period_end_at as coinbase_premium_at,
        coinbase.close_price as coinbase_price_usd,
        binance.close_price as binance_close_price,
        usdt.usd_per_usdt_ratio,
        greatest(coinbase.known_at, binance.known_at, usdt.known_at) as known_at,
        greatest(coinbase.provenance, binance.provenance, usdt.provenance) as provenance
    from {{ ref('int_prices__collect_hours') }} as coinbase
    inner join {{ ref('int_prices__collect_hours') }} as binance
        on
            coinbase.period_start_at = binance.period_start_at
            and coinbase.asset = binance.asset
            and binance.venue = 'binance'
            and binance.quote_currency = 'USDT'
    left join usdt on coinbase.period_start_at = usdt.period_start_at
    where coinbase.venue = 'coinbase' and coinbase.quote_currency = 'USD' and coinbase.asset <> 'USDT'
    qualify row_number() over (
        partition by coinbase.asset, cast(coinbase.period_start_at as date)
        order by coinbase.period_start_at desc
    ) = 1
),

parts as (
    select
        observed_date,
        asset,
        spot_cvd_coins,
        spot_volume_coins,
        spot_hours_count,
        known_at,
        provenance
    from spot_days

    union all by name

    select
        observed_date,
        asset,
        perp_cvd_coins,
        perp_volume_coins,
        perp_hours_count,
        basis_mean_bps,
        basis_hours_count,
        known_at,
        provenance
    from perp_days

    union all by name

    select
        observed_date,
        asset,
        coinbase_premium_at,
        coinbase_price_usd,
        binance_close_price,
        usd_per_usdt_ratio,
        known_at,
        provenance
    from premium_days
),

days as (
    select
        observed_date,
        asset,
        any_value(spot_cvd_coins) as spot_cvd_coins,
        any_value(perp_cvd_coins) as perp_cvd_coins,
        any_value(spot_volume_coins) as spot_volume_coins,
        any_value(perp_volume_coins) as perp_volume_coins,
        coalesce(any_value(spot_hours_count), 0) as spot_hours_count,
        coalesce(any_value(perp_hours_count), 0) as perp_hours_count,
        -- Over other hours the two sides are of different days, and a share of them is of none.
        case
            when any_value(spot_hours_count) = any_value(perp_hours_count)
                then nullif(abs(any_value(spot_cvd_coins)) + abs(any_value(perp_cvd_coins)), 0)
        end as both_cvd_coins,
        any_value(coinbase_premium_at) as coinbase_premium_at,
        any_value(coinbase_price_usd) as coinbase_price_usd,
        any_value(binance_close_price) as binance_close_price,
        any_value(usd_per_usdt_ratio) as usd_per_usdt_ratio,
        any_value(basis_mean_bps) as basis_mean_bps,
        coalesce(any_value(basis_hours_count), 0) as basis_hours_count,
        max(known_at) as known_at,
        max(provenance) as provenance
    from parts
    group by observed_date, asset
)

select
    observed_date,
    asset,
    coinbase_premium_at,
    spot_cvd_coins,
    perp_cvd_coins,
    spot_volume_coins,
    perp_volume_coins,
    spot_cvd_coins / nullif(spot_volume_coins, 0) as spot_delta_volume_ratio,
    perp_cvd_coins / nullif(perp_volume_coins, 0) as perp_delta_volume_ratio,
    abs(spot_cvd_coins) / both_cvd_coins as spot_share_ratio,
    spot_cvd_coins / both_cvd_coins as signed_spot_share_ratio,
    perp_cvd_coins / both_cvd_coins as signed_perp_share_ratio,
    coinbase_price_usd,
    binance_close_price,
    usd_per_usdt_ratio,
    coinbase_price_usd - binance_close_price as coinbase_premium_usd,
    (coinbase_price_usd - binance_close_price) / binance_close_price * 100 as coinbase_premium_pct,
    (coinbase_price_usd - binance_close_price * usd_per_usdt_ratio)
    / (binance_close_price * usd_per_usdt_ratio) * 100 as coinbase_premium_adjusted_pct,
    basis_mean_bps,
    spot_hours_count,
    perp_hours_count,
    basis_hours_count,
    known_at,
    provenance
from days
