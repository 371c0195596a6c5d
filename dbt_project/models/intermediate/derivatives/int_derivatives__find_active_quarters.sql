with events as (
    select
        observed_at,
        asset,
        venue,
        liquidated_side,
        coalesce(size_usd, size_coins * price) as liquidated_usd,
        known_at,
        provenance
    from {{ ref('stg_deribit_history__liquidation_trades') }}

    union all

    select
        observed_at,
        asset,
        venue,
        liquidated_side,
        size_coins * price as liquidated_usd,
        known_at,
        provenance
    from {{ ref('stg_bitfinex__liquidations') }}
    where stage = 'executed'
),

quarters as (
    select
        time_bucket(interval 15 minute, observed_at) as quarter_start_at,
        asset,
        coalesce(sum(liquidated_usd) filter (where liquidated_side = 'long'), 0) as long_usd,
        coalesce(sum(liquidated_usd) filter (where liquidated_side = 'short'), 0) as short_usd,
        sum(liquidated_usd) as liquidated_usd,
        list_sort(list(distinct venue)) as venues,
        max(known_at) as known_at,
        max(provenance) as provenance
    from events
    group by quarter_start_at, asset
),

-- The past alone says what is much: thirty days up to the quarter before. Quarters without an event may be
-- quiet or lost, so they are not in it, which sets the bar higher.
judged as (
    select
        quarter_start_at,
        quarter_start_at + interval 15 minute as quarter_end_at,
        quarter_start_at + interval 75 minute as quiet_at,
        asset,
        long_usd,
        short_usd,
        liquidated_usd,
        venues,
        case
            when count(*) over past >= 100 then quantile_cont(liquidated_usd, 0.99) over past
        end as threshold_usd,
        greatest(known_at, max(known_at) over past) as known_at,
        greatest(provenance, max(provenance) over past) as provenance
    from quarters
    window
        past as (
            partition by asset order by quarter_start_at
            range between interval 30 day preceding and interval 15 minute preceding
        )
),

minutes as (
    select
        period_end_at,
        asset,
        quote_currency,
        close_price,
        1 as preference,
        known_at,
        provenance
    from {{ ref('stg_binance_vision__spot_klines_1m') }}

    union all

    select
        period_end_at,
        asset,
        quote_currency,
        close_price,
        2 as preference,
        known_at,
        provenance
    from {{ ref('stg_binance_spot__klines_1m') }}
),

-- A minute that the daily file only repeats was known since the interface gave it.
prices as (
    select
        period_end_at,
        asset,
        close_price,
        min(known_at) over (partition by asset, period_end_at, close_price) as known_at,
        provenance
    from minutes
    where quote_currency = 'USDT' and minute(period_end_at) % 15 = 0
    qualify row_number() over (partition by asset, period_end_at order by preference) = 1
),

returns as (
    select
        period_end_at,
        asset,
        close_price,
        lag(close_price) over walk as previous_close_price,
        case
            when lag(period_end_at) over walk = period_end_at - interval 15 minute
                then ln(close_price / lag(close_price) over walk)
        end as return_ratio,
        known_at,
        provenance
    from prices
    window walk as (partition by asset order by period_end_at)
),

-- Five days of quarters at least, or a deviation of the last hours would call anything an outlier.
measured as (
    select
        period_end_at,
        asset,
        close_price,
        case when return_ratio is not null then previous_close_price end as previous_close_price,
        return_ratio,
        case
            when count(return_ratio) over past >= 480 then stddev_samp(return_ratio) over past
        end as deviation_ratio,
        greatest(known_at, max(known_at) over past) as known_at,
        greatest(provenance, max(provenance) over past) as provenance
    from returns
    window
        past as (
            partition by asset order by period_end_at
            range between interval 30 day preceding and interval 15 minute preceding
        )
)

select
    judged.quarter_start_at,
    judged.quarter_end_at,
    judged.asset,
    judged.long_usd,
    judged.short_usd,
    judged.liquidated_usd,
    judged.threshold_usd,
    judged.venues,
    prices.previous_close_price as price_in,
    prices.close_price as price_out,
    prices.return_ratio,
    prices.deviation_ratio,
    coalesce(
        abs(prices.return_ratio) >= 3 * prices.deviation_ratio
        and sign(prices.return_ratio) = sign(judged.short_usd - judged.long_usd),
        false
    ) as is_start,
    later.known_at as quiet_known_at,
    greatest(judged.known_at, prices.known_at) as known_at,
    greatest(judged.provenance, prices.provenance) as provenance
from judged
left join measured as prices
    on judged.asset = prices.asset and judged.quarter_end_at = prices.period_end_at
-- An event an hour or more later shows that the feed went on and the silence between was one.
asof left join quarters as later
    on judged.asset = later.asset and judged.quiet_at <= later.quarter_start_at
where judged.liquidated_usd >= judged.threshold_usd
