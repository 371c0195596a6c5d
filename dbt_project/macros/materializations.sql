{#- A model is made under its own name at once. dbt makes it under another, moves what was there aside, renames and
    drops, so that readers of a living database see no gap: a fifth of a build here, where every run has a new file
    that nobody reads before it is whole. Hooks, grants and indexes are not used, and comments are the release's.
    No statement opens a transaction (profiles.yml): each is whole by itself. The moments are not one call: DuckDB would
    find a named window of the second one "already defined". -#}
{% materialization view, adapter='duckdb' %}
    {%- set relation = in_place('view') -%}
    {% call statement('main') -%}
        {{ get_create_view_as_sql(relation, model['compiled_code']) }}
    {%- endcall %}
    {% for database, moment in earlier_moments().items() -%}
        {% call statement('earlier') -%}
            {{ get_create_view_as_sql(in_database(relation, database), as_it_stood(model['compiled_code'], database, moment)) }}
        {%- endcall %}
    {%- endfor %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{#- dbt lets Python run from a materialization itself only, not from a macro it calls: hence the same lines twice. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- set relation = in_place('table') -%}
    {%- if config.get('contract').enforced -%}
        {{ get_assert_columns_equivalent(model['compiled_code']) }}
    {%- endif -%}
    {% call statement('main', language=model['language']) -%}
        {{ table_as(relation, model['compiled_code']) }}
    {%- endcall %}
    {% for database, moment in earlier_moments().items() -%}
        {% call statement('earlier', language=model['language']) -%}
            {{ table_as(in_database(relation, database), as_it_stood(model['compiled_code'], database, moment)) }}
        {%- endcall %}
    {%- endfor %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{#- A rollup of events: a view over one Parquet file a raw day. Days whose raw files have changed are made again first,
    by dbt_project/rollups.py, and no other. The query reads sources alone, and gives a day's rows from that day's.
    UNWIND_ROLLUP_ENGINE names another target of profiles.yml to add them up (docs/scale.md). -#}
{% materialization rollup, adapter='duckdb' %}
    {%- set relation = in_place('view') -%}
    {%- set folder = 'rollup/' ~ this.identifier -%}
    {%- set datasets = [] -%}
    {%- for source in model['sources'] -%}
        {%- do datasets.append('raw/' ~ source | join('/')) -%}
    {%- endfor -%}
    {%- set given = {
        'query': model['compiled_code'],
        'datasets': datasets,
        'folder': folder,
        'engine': env_var('UNWIND_ROLLUP_ENGINE', 'duckdb'),
    } -%}
    {%- do adapter.store_relation('rollup_plugin', this, [], folder, 'parquet', given) -%}
    {% call statement('main') -%}
        create view {{ relation }} as from read_parquet('{{ folder }}/*.parquet');
        {%- for database in earlier_moments() -%}
            create view {{ in_database(relation, database) }} as from read_parquet('{{ folder }}/*.parquet');
        {%- endfor -%}
    {%- endcall %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}

{#- Made with its rows or not at all, where dbt makes an empty table first. The same query has the same columns at
    every moment, so its contract is held once. -#}
{% macro table_as(relation, code) -%}
    {%- if model['language'] == 'python' -%}
        {{ py_write_table(temporary=False, relation=relation, compiled_code=code) }}
    {%- else -%}
        create table {{ relation }} as (
            {{ get_select_subquery(code) if config.get('contract').enforced else code }}
        )
    {%- endif -%}
{% endmacro %}

{% macro in_place(type) -%}
    {#- Only somebody's own dbt, run twice into one file, finds something here. -#}
    {{ drop_relation_if_exists(load_cached_relation(this)) }}
    {{ return(this.incorporate(type=type)) }}
{%- endmacro %}

{% macro in_database(relation, database) -%}
    {{ return(relation.incorporate(path={'database': database})) }}
{%- endmacro %}
