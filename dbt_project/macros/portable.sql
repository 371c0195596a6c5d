{#- What engines call by different names in the models that touch events, so that these run on any of them: DuckDB, and
    Spark or what speaks its SQL (docs/decisions/0014). Sail has no macros of its own, dbt gives it Spark's. -#}

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

{#- From one date to a later one, as a whole number. -#}
{% macro days_between(first, last) -%}
    {{ adapter.dispatch('days_between')(first, last) }}
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

{% macro spark__first_by(value, key) -%}
    min_by({{ value }}, {{ key }})
{%- endmacro %}

{% macro duckdb__last_by(value, key) -%}
    arg_max({{ value }}, {{ key }})
{%- endmacro %}

{% macro spark__last_by(value, key) -%}
    max_by({{ value }}, {{ key }})
{%- endmacro %}

{% macro duckdb__order_in_minute(time, number) -%}
    (epoch_us({{ time }}) % 60000000) * 137438953472 + {{ number }}
{%- endmacro %}

{% macro spark__order_in_minute(time, number) -%}
    ({{ microseconds_of(time) }} % 60000000) * 137438953472 + {{ number }}
{%- endmacro %}

{% macro duckdb__start_of(unit, time) -%}
    date_trunc('{{ unit }}', {{ time }})
{%- endmacro %}

{#- Spark truncates and counts times with a zone alone, here the session's, which is UTC (profiles.yml). -#}
{% macro spark__start_of(unit, time) -%}
    cast(date_trunc('{{ unit }}', {{ time }}) as timestamp_ntz)
{%- endmacro %}

{% macro duckdb__microseconds_of(time) -%}
    epoch_us({{ time }})
{%- endmacro %}

{% macro spark__microseconds_of(time) -%}
    unix_micros(cast({{ time }} as timestamp))
{%- endmacro %}

{% macro duckdb__quarter_of(time) -%}
    time_bucket(interval 15 minutes, {{ time }})
{%- endmacro %}

{% macro spark__quarter_of(time) -%}
    cast(timestamp_seconds({{ microseconds_of(time) }} div 900000000 * 900) as timestamp_ntz)
{%- endmacro %}

{% macro duckdb__days_between(first, last) -%}
    {{ last }} - {{ first }}
{%- endmacro %}

{% macro spark__days_between(first, last) -%}
    cast(datediff({{ last }}, {{ first }}) as bigint)
{%- endmacro %}

{% macro duckdb__point_at(place, value) -%}
    struct_pack(place := {{ place }}, value := {{ value }})
{%- endmacro %}

{% macro spark__point_at(place, value) -%}
    named_struct('place', {{ place }}, 'value', {{ value }})
{%- endmacro %}

{% macro duckdb__part_of(point, name) -%}
    struct_extract({{ point }}, '{{ name }}')
{%- endmacro %}

{% macro spark__part_of(point, name) -%}
    ({{ point }}).{{ name }}
{%- endmacro %}
