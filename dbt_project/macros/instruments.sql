{#- Splits a venue's name of a pair, base then quote (BTCUSDT). The list is every quote currency the
    contracts carry; a pair outside it gets NULL and fails the not-null key test of its mart. -#}

{% macro base_asset(symbol) -%}
    nullif(regexp_extract({{ symbol }}, '^([A-Z0-9]+?)(USDT|USDC|FDUSD|USD)$', 1), '')
{%- endmacro %}

{% macro quote_currency(symbol) -%}
    nullif(regexp_extract({{ symbol }}, '^([A-Z0-9]+?)(USDT|USDC|FDUSD|USD)$', 2), '')
{%- endmacro %}
