{#- A schema is called as configured, in every target: asset key, folder and schema are one path. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
