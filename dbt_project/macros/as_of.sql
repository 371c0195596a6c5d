{#- The moment a build answers for. `as_of_at()` is the only reader of the variable, and only staging calls
    what stands here: a model further down that filtered by time again would make two rules of one. -#}

{% macro as_of_at() -%}
    {#- The orchestrator passes it by environment, read when SQL is made and not when the project is parsed: a changed
        --vars, or a variable seen at parse time, makes dbt parse every model again. -#}
    {%- set moment = (env_var('UNWIND_AS_OF', '') if execute else '') or var('as_of') | string -%}
    {#- DuckDB drops an offset from a TIMESTAMP literal without a word, which would be hours off. -#}
    {%- if '+' in moment or moment.count('-') > 2 -%}
        {{ exceptions.raise_compiler_error("var as_of must be in UTC, without an offset: " ~ moment) }}
    {%- endif -%}
    {{ return(moment_literal(moment)) }}
{%- endmacro %}

{% macro moment_literal(moment) -%}
    {{ return("timestamp '" ~ moment | replace("'", "''") ~ "'") }}
{%- endmacro %}

{#- Every version of a key that was known by then. -#}
{% macro is_known() -%}
    known_at <= {{ as_of_at() }}
{%- endmacro %}

{#- The order of a key's versions. It is total: a tie on the clock is broken by the fetch, then the response. -#}
{% macro vintage_order(direction='asc') -%}
    known_at {{ direction }}, _fetched_at {{ direction }}, _capture_id {{ direction }}
{%- endmacro %}

{#- Keeps one row per key, the newest version known by then. Stands where a WHERE and a QUALIFY would. -#}
{% macro newest_vintage(grain) -%}
    where {{ is_known() }}
    qualify row_number() over (
        partition by {{ grain | join(', ') }} order by {{ vintage_order('desc') }}
    ) = 1
{%- endmacro %}

{#- The same where a file is a vintage as a whole: of all files about a day of a series the newest one known by then,
    so that what a corrected file no longer has is gone. -#}
{% macro newest_file(series, time) -%}
    where {{ is_known() }}
    qualify dense_rank() over (
        partition by {{ series | join(', ') }}, cast({{ time }} as date) order by {{ vintage_order('desc') }}
    ) = 1
{%- endmacro %}
