{#- What engines call by different names in the models that touch events, so that these run on any of them. -#}

{#- The value of the first and of the last row, by a key that no two rows share. -#}
{% macro first_by(value, key) -%}
    {{ adapter.dispatch('first_by')(value, key) }}
{%- endmacro %}

{% macro last_by(value, key) -%}
    {{ adapter.dispatch('last_by')(value, key) }}
{%- endmacro %}

{#- One number that orders the rows of a minute by time, then by their own number: a key of two parts costs half as
    much again. Microseconds of a minute are 26 bits, which leaves 37 for the number; the contract sees to it. -#}
{% macro order_in_minute(time, number) -%}
    {{ adapter.dispatch('order_in_minute')(time, number) }}
{%- endmacro %}

{% macro duckdb__first_by(value, key) -%}
    arg_min({{ value }}, {{ key }})
{%- endmacro %}

{% macro duckdb__last_by(value, key) -%}
    arg_max({{ value }}, {{ key }})
{%- endmacro %}

{% macro duckdb__order_in_minute(time, number) -%}
    (epoch_us({{ time }}) % 60000000) * 137438953472 + {{ number }}
{%- endmacro %}
