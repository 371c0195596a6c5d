-- What a USDT was worth in the hour, by the venues that trade it against the dollar.
with usdt as (
    select
        period_start_at,
        median(close_price) as usd_per_usdt,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_prices__collect_hours') }}
    where asset = 'USDT' and quote_currency = 'USD'
    group by period_start_at
),

-- Without such a venue a USDT counts as a dollar, and the row says so.
in_usd as (
    select
        candles.period_start_at,
        candles.period_end_at,
        candles.asset,
        candles.close_price * case
            when candles.quote_currency = 'USD' then 1 else coalesce(usdt.usd_per_usdt, 1)
        end as close_price_usd,
        candles.quote_currency = 'USDT' and usdt.usd_per_usdt is null as is_at_par,
        case candles.quote_currency
            when 'USD' then candles.known_at else greatest(candles.known_at, usdt.known_at)
        end as known_at,
        case candles.quote_currency
            when 'USD' then candles.provenance else greatest(candles.provenance, usdt.provenance)
        end as provenance
    from {{ ref('int_prices__collect_hours') }} as candles
    left join usdt on candles.period_start_at = usdt.period_start_at
    where candles.asset <> 'USDT' and candles.quote_currency in ('USD', 'USDT')
)

select
    period_start_at,
    period_end_at,
    asset,
    median(close_price_usd) as close_price_usd,
    min(close_price_usd) as lowest_close_price_usd,
    max(close_price_usd) as highest_close_price_usd,
    count(*) as venues_count,
    case when bool_or(is_at_par) then 'usdt_at_par' else 'usd' end as usd_basis,
    max(known_at) as known_at,
    max(provenance) as provenance
from in_usd
group by period_start_at, period_end_at, asset
