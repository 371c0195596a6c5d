{#- A model is made under its own name at once. dbt makes it under another, moves what was there aside, renames and
    drops, so that readers of a living database see no gap: a fifth of a build here, where every run has a new file
    that nobody reads before it is whole. Hooks, grants and indexes are not used, and comments are the release's. -#}
{% materialization view, adapter='duckdb' %}
    {{ return(made_in_place('view')) }}
{% endmaterialization %}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {{ return(made_in_place('table')) }}
{% endmaterialization %}

{% macro made_in_place(type) -%}
    {%- set relation = this.incorporate(type=type) -%}
    {#- Only somebody's own dbt, run twice into one file, finds something here. -#}
    {{ drop_relation_if_exists(load_cached_relation(this)) }}
    {% call statement('main', language=model['language']) -%}
        {{ get_create_view_as_sql(relation, model['compiled_code']) if type == 'view'
            else create_table_as(False, relation, model['compiled_code'], model['language']) }}
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}
