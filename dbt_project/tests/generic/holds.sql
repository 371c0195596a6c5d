{#- Rules of one table in one scan: `rules` maps a name to a condition that no row may contradict.
    A NULL condition passes. The answer names each broken rule with its number of rows. -#}
{% test holds(model, rules) %}
with broken as (
    select
        {% for name, condition in rules.items() -%}
        count(*) filter (where not ({{ condition }})) as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ model }}
)

select
    rule_name,
    rows_count
from (unpivot broken on {{ rules.keys() | join(', ') }} into name rule_name value rows_count)
where rows_count > 0
{% endtest %}
