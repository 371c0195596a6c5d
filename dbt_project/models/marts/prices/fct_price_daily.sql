with days as (
    select
        cast(period_start_at as date) as observed_date,
        asset,
        venue,
        quote_currency,
        arg_min(open_price, period_start_at) as open_price,
        max(high_price) as high_price,
        min(low_price) as low_price,
        arg_max(close_price, period_start_at) as close_price,
        sum(volume_coins) as volume_coins,
        sum(volume_quote) as volume_quote,
        cast(sum(trades_count) as bigint) as trades_count,
        sum(taker_buy_coins) as taker_buy_coins,
        min(low_price / highest_price_so_far) - 1 as drawdown_intraday_ratio,
        arg_min(period_start_at, (low_price, period_start_at)) as low_at,
        arg_min(period_start_at, (-high_price, period_start_at)) as high_at,
        count(*) as hours_count,
        bool_and(is_final) as is_every_hour_final,
        max(period_end_at) as last_end_at,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_prices__walk_hours') }}
    group by observed_date, asset, venue, quote_currency
),

walked as (
    select
        observed_date,
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
        -- Both closes must stand at midnight: a day that broke off has a last price, not a close.
        case
            when last_end_at = observed_date + interval 1 day and lag(last_end_at) over walk = observed_date
                then lag(close_price) over walk
        end as previous_close_price,
        close_price / max(close_price) over walk_so_far - 1 as drawdown_close_ratio,
        drawdown_intraday_ratio,
        low_at,
        high_at,
        hours_count,
        is_every_hour_final,
        max(known_at) over walk_so_far as known_at,
        max(provenance) over walk_so_far as provenance
    from days
    window
        walk as (partition by asset, venue, quote_currency order by observed_date),
        walk_so_far as (
            partition by asset, venue, quote_currency order by observed_date
            rows between unbounded preceding and current row
        )
)

select
    observed_date,
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
    taker_buy_coins / nullif(volume_coins, 0) as taker_buy_ratio,
    close_price / open_price - 1 as return_open_close_ratio,
    close_price / previous_close_price - 1 as return_close_close_ratio,
    ln(close_price / previous_close_price) as log_return_close_close_ratio,
    drawdown_close_ratio,
    drawdown_intraday_ratio,
    low_at,
    high_at,
    hours_count,
    hours_count / 24 as coverage_ratio,
    hours_count = 24 and is_every_hour_final as is_final,
    known_at,
    provenance
from walked
