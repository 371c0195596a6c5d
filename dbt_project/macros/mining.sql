{#- What a petahash per second earns in a day: its hashes, over those a block takes, times what a block brings.
    method.md 5.1. -#}
{% macro hashprice(difficulty, block_coins, price) -%}
    (86400e15 / (({{ difficulty }}) * 4294967296) * ({{ block_coins }}) * ({{ price }}))
{%- endmacro %}
