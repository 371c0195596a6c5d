{#- The bands of a day (method.md 3.6) over the root of 24: what a random walk leaves of them. -#}
{%- set price_band, oi_band = 0.001, 0.002 -%}

with prices as (
    select
        period_start_at,
        asset,
        close_price_usd,
        case when lag(period_end_at) over walk = period_start_at then lag(close_price_usd) over walk end
            as previous_price_usd,
        greatest(known_at, lag(known_at) over walk) as known_at,
        greatest(provenance, lag(provenance) over walk) as provenance
    from {{ ref('int_prices__compose_hours') }}
    window walk as (partition by asset order by period_start_at)
),

changes as (
    select
        positions.period_start_at,
        positions.asset,
        positions.period_end_at,
        prices.close_price_usd / prices.previous_price_usd - 1 as return_ratio,
        positions.position_effect_coins_ratio,
        positions.change_usd_ratio,
        positions.linked_ratio,
        positions.venues_count,
        positions.is_single_source,
        greatest(positions.known_at, prices.known_at) as known_at,
        greatest(positions.provenance, prices.provenance) as provenance
    from {{ ref('fct_open_interest_hourly') }} as positions
    left join prices
        on positions.asset = prices.asset and positions.period_start_at = prices.period_start_at
    where positions.venue = 'all'
)

select
    period_start_at,
    asset,
    period_end_at,
    {{ quadrant('return_ratio', 'position_effect_coins_ratio', price_band, oi_band) }} as quadrant,
    {{ quadrant('return_ratio', 'change_usd_ratio', price_band, oi_band) }} as quadrant_by_usd,
    return_ratio,
    position_effect_coins_ratio,
    change_usd_ratio,
    {{ price_band }}::double as price_band_ratio,
    {{ oi_band }}::double as open_interest_band_ratio,
    linked_ratio,
    venues_count,
    is_single_source,
    known_at,
    provenance
from changes
