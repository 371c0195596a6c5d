{#- Schemas are named as configured, in every target: the asset key, the folder and the schema are one path. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
