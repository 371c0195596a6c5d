{#- No NaN and no infinity in any DOUBLE of the table: one of them turns every later sum into itself.
    The columns are read from the table, so a new measure is covered without being named here. -#}
{% test finite(model) %}
{%- set measures = [] -%}
{%- if execute -%}
    {%- for column in adapter.get_columns_in_relation(model) if column.dtype | upper == 'DOUBLE' -%}
        {%- do measures.append(column.name) -%}
    {%- endfor -%}
{%- endif -%}
select *
from {{ model }}
where false {% for measure in measures %}or not isfinite({{ measure }}) {% endfor %}
{% endtest %}
