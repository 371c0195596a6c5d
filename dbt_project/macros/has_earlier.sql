{#- Whether what earlier builds of the same run measured, at the instants of its case, lies beside the warehouse
    (dbt_build). Asked when SQL is made and not when the project is parsed, as in as_of.sql. -#}
{% macro has_earlier() -%}
    {{- env_var('UNWIND_EARLIER', '') if execute -}}
{%- endmacro %}
