{#- Everything a table must always hold, in one scan and one test, since a test costs more to start than to run:
    no key twice and no part of a key NULL; no NaN and no infinity in any DOUBLE; `rules`, which maps a name to a
    condition that no row may contradict (NULL passes); `identities`, which maps a name to [left, right, scale],
    the same quantity to 1e-9 of the largest of them. `scale` is the level a small difference was computed from,
    whose rounding it inherits. The answer names each broken rule with its number of rows. -#}
{% test sound(model, grain, rules={}, identities={}) %}
{%- set found = {
    'grain_is_unique': 'count(*) - count(distinct (' ~ grain | join(', ') ~ '))',
    'grain_is_complete': 'count(*) filter (where ' ~ grain | join(' is null or ') ~ ' is null)',
} -%}
{%- if execute -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed') and node.alias == model.identifier -%}
        {%- for column in node.columns.values() if column.data_type == 'double' -%}
            {%- do found.update({
                column.name ~ '_is_finite': 'count(*) filter (where not isfinite(' ~ column.name ~ '))'
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
{%- endif -%}
{%- for name, condition in rules.items() -%}
    {%- do found.update({name: 'count(*) filter (where not (' ~ condition ~ '))'}) -%}
{%- endfor -%}
{%- for name, sides in identities.items() -%}
    {%- set left, right, scale = sides -%}
    {%- do found.update({name: 'count(*) filter (where ((' ~ left ~ ') is null) <> ((' ~ right ~ ') is null)'
        ~ ' or abs((' ~ left ~ ') - (' ~ right ~ ')) > 1e-9 * greatest(abs(' ~ left ~ '), abs(' ~ right
        ~ '), abs(' ~ scale ~ ')))'}) -%}
{%- endfor -%}
with broken as (
    select
        {% for name, expression in found.items() -%}
        {{ expression }} as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ model }}
)

select
    rule_name,
    rows_count
from (unpivot broken on {{ found.keys() | join(', ') }} into name rule_name value rows_count)
where rows_count > 0
{% endtest %}
