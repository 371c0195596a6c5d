-- One candle for the day tells no time of its extremes and no move within it.
-- A fall is counted from the highs of earlier bars and from the bar's own open: whether its own high
-- came before its low nobody knows.
with bars as (
    select
        observed_date,
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        resolution_minutes,
        low_price / greatest(open_price, max(high_price) over hour_before) - 1 as adverse_move_60m_ratio,
        low_price / greatest(open_price, max(high_price) over hours_before) - 1 as adverse_move_240m_ratio,
        ln(close_price / lag(close_price, 1, open_price) over day) as log_return_ratio,
        min(low_price) over whole_day as day_low_price,
        arg_min(period_start_at, (low_price, period_start_at)) over whole_day as low_at,
        known_at,
        provenance
    from {{ ref('int_prices__collect_bars') }}
    window
        hour_before as (
            partition by asset, venue, quote_currency order by period_start_at
            range between interval 59 minutes preceding and current row exclude current row
        ),
        hours_before as (
            partition by asset, venue, quote_currency order by period_start_at
            range between interval 239 minutes preceding and current row exclude current row
        ),
        day as (partition by asset, venue, quote_currency, observed_date order by period_start_at),
        whole_day as (partition by asset, venue, quote_currency, observed_date)
)

select
    observed_date,
    asset,
    venue,
    quote_currency,
    max(resolution_minutes) as resolution_minutes,
    count(*) as bars_count,
    count(*) * max(resolution_minutes) = 1440
    and bool_and(known_at >= period_end_at) as is_final,
    arg_min(open_price, period_start_at) filter (where period_start_at = observed_date) as open_price,
    max(high_price) as high_price,
    min(low_price) as low_price,
    arg_max(close_price, period_start_at) as last_price,
    max(period_end_at) as last_at,
    case when max(resolution_minutes) < 1440 then min(low_at) end as low_at,
    case
        when max(resolution_minutes) < 1440 then arg_min(period_start_at, (-high_price, period_start_at))
    end as high_at,
    {{ next_round_level('min(low_price)') }} as round_level_price,
    min(period_start_at) filter (
        where period_start_at > low_at and high_price > {{ next_round_level('day_low_price') }}
    ) as round_level_at,
    case when max(resolution_minutes) < 1440 then min(adverse_move_60m_ratio) end as adverse_move_60m_ratio,
    case when max(resolution_minutes) < 1440 then min(adverse_move_240m_ratio) end as adverse_move_240m_ratio,
    case
        when max(resolution_minutes) < 1440 then 100 * sqrt(365 * sum(log_return_ratio * log_return_ratio))
    end as realised_vol_pct,
    max(known_at) as known_at,
    max(provenance) as provenance
from bars
group by observed_date, asset, venue, quote_currency
