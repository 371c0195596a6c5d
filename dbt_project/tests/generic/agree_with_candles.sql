{#- Minutes added up from trades that the venue's own candle contradicts, and candles of trades on a day of bars that
    has none. Prices and counts are the same to the digit; sums of thousands of quantities to 1e-9. -#}
{% test agree_with_candles(model, spot, linear) %}
{%- set columns = 'period_start_at, asset, venue, quote_currency' -%}
{%- set exact = ['open_price', 'high_price', 'low_price', 'close_price', 'trades_count'] -%}
{%- set summed = ['volume_coins', 'volume_quote', 'taker_buy_coins', 'taker_buy_quote'] -%}
with candles as (
    {%- for product, candle in {'spot': spot, 'linear': linear}.items() %}
    select {{ columns }}, '{{ product }}' as product, {{ (exact + summed) | join(', ') }} from {{ candle }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

days as (
    select distinct product, asset, cast(period_start_at as date) as day from {{ model }}
)

select
    candles.period_start_at,
    candles.asset,
    candles.product
from candles
inner join days
    on candles.product = days.product
    and candles.asset = days.asset
    and cast(candles.period_start_at as date) = days.day
left join {{ model }} as bars
    on candles.product = bars.product
    and candles.asset = bars.asset
    and candles.venue = bars.venue
    and candles.quote_currency = bars.quote_currency
    and candles.period_start_at = bars.period_start_at
where
    candles.trades_count > 0
    and (
        bars.asset is null
        {%- for column in exact %}
        or candles.{{ column }} <> bars.{{ column }}
        {%- endfor -%}
        {%- for column in summed %}
        or abs(candles.{{ column }} - bars.{{ column }}) > 1e-9 * candles.{{ column | replace('taker_buy', 'volume') }}
        {%- endfor %}
    )
{% endtest %}
