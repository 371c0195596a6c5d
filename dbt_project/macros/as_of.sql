{#- The moment a build answers for. `as_of_at()` is the only reader of the variable, and only staging
    calls what stands here: a model further down that filtered by time again would make two rules of one. -#}

{% macro as_of_at() -%}
    {%- set moment = var('as_of') | string | trim -%}
    {#- The value is put into SQL as it is, so nothing but a moment in UTC may pass. -#}
    {%- if not modules.re.match('^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|\+00:00)?)?$', moment) -%}
        {{ exceptions.raise_compiler_error("var as_of is not a moment in UTC: " ~ moment) }}
    {%- endif -%}
    timestamp '{{ moment | replace('T', ' ') | replace('Z', '') | replace('+00:00', '') }}'
{%- endmacro %}

{#- Every version of a key that was known by then. -#}
{% macro is_known() -%}
    known_at <= {{ as_of_at() }}
{%- endmacro %}

{#- The order of a key's versions. It is total: ties on the clock are broken by the fetch, then by the response. -#}
{% macro vintage_order() -%}
    known_at, _fetched_at, _capture_id
{%- endmacro %}

{#- Keeps one row per key: the newest version known by then. Stands where a WHERE and a QUALIFY would. -#}
{% macro newest_vintage(grain) -%}
    where {{ is_known() }}
    qualify row_number() over (
        partition by {{ grain | join(', ') }}
        order by known_at desc, _fetched_at desc, _capture_id desc
    ) = 1
{%- endmacro %}
