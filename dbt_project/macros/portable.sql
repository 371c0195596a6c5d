{#- What engines call by different names in the models that touch events, so that these run on any of them. -#}

{#- The value of the first and of the last row, by a key that no two rows share; a row without a key is none. -#}
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

{#- The minute, hour or day a naive time falls in, as a naive time. -#}
{% macro start_of(unit, time) -%}
    {{ adapter.dispatch('start_of')(unit, time) }}
{%- endmacro %}

{#- A moment as a whole number, and the start of the quarter of an hour it lies in. -#}
{% macro microseconds_of(time) -%}
    {{ adapter.dispatch('microseconds_of')(time) }}
{%- endmacro %}

{% macro quarter_of(time) -%}
    {{ adapter.dispatch('quarter_of')(time) }}
{%- endmacro %}

{#- A pair of where a point of a curve lies and its value there (smile.sql), and one of the two. -#}
{% macro point_at(place, value) -%}
    {{ adapter.dispatch('point_at')(place, value) }}
{%- endmacro %}

{% macro part_of(point, name) -%}
    {{ adapter.dispatch('part_of')(point, name) }}
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

{% macro duckdb__start_of(unit, time) -%}
    date_trunc('{{ unit }}', {{ time }})
{%- endmacro %}

{% macro duckdb__microseconds_of(time) -%}
    epoch_us({{ time }})
{%- endmacro %}

{% macro duckdb__quarter_of(time) -%}
    time_bucket(interval 15 minutes, {{ time }})
{%- endmacro %}

{% macro duckdb__point_at(place, value) -%}
    struct_pack(place := {{ place }}, value := {{ value }})
{%- endmacro %}

{% macro duckdb__part_of(point, name) -%}
    struct_extract({{ point }}, '{{ name }}')
{%- endmacro %}
