{% for candles in [
    'stg_binance_vision__spot_klines_1d', 'stg_coinbase_exchange__candles_1d', 'stg_kraken__ohlc_1d'
] -%}
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
        known_at,
        provenance
    from {{ ref(candles) }}
    {{ 'union all' if not loop.last }}
{% endfor %}
