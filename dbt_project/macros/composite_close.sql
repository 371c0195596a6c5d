{#- The composite price at the end of each period: the median over venues in dollars, of hours and of days.
    `closes` has one row per period, asset, venue and quote currency. -#}
{% macro composite_close(closes) -%}
-- What a USDT was worth at the end of the period, by the venues that trade it against the dollar.
with usdt as (
    select
        period_start_at,
        median(close_price) as usd_per_usdt,
        bool_and(known_at >= period_end_at) as is_final,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ closes }}
    where asset = 'USDT' and quote_currency = 'USD'
    group by period_start_at
),

-- Without such a venue a USDT counts as a dollar, and the row says so.
-- A venue speaks once: its dollar pair goes before the one in USDT.
in_usd as (
    select
        closes.period_start_at,
        closes.period_end_at,
        closes.asset,
        closes.close_price * case
            when closes.quote_currency = 'USD' then 1 else coalesce(usdt.usd_per_usdt, 1)
        end as close_price_usd,
        closes.quote_currency = 'USDT' and usdt.usd_per_usdt is null as is_at_par,
        closes.known_at >= closes.period_end_at
        and (closes.quote_currency = 'USD' or coalesce(usdt.is_final, true)) as is_final,
        case closes.quote_currency
            when 'USD' then closes.known_at else greatest(closes.known_at, usdt.known_at)
        end as known_at,
        case closes.quote_currency
            when 'USD' then closes.provenance else greatest(closes.provenance, usdt.provenance)
        end as provenance
    from {{ closes }} as closes
    left join usdt on closes.period_start_at = usdt.period_start_at
    where closes.asset <> 'USDT' and closes.quote_currency in ('USD', 'USDT')
    qualify row_number() over (
        partition by closes.asset, closes.venue, closes.period_start_at order by closes.quote_currency
    ) = 1
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
    bool_and(is_final) as is_final,
    max(known_at) as known_at,
    max(provenance) as provenance
from in_usd
group by period_start_at, period_end_at, asset
{%- endmacro %}
