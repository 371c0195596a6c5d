{#- A model that is no rollup, on Spark or on what speaks its SQL: what it refers to is read from
    `<UNWIND_GIVEN_URL>/<model>.parquet`, and its rows go to `<UNWIND_ROLLUP_INTO>/<model>`, a new folder. So each is
    run over what DuckDB made before it (docs/decisions/0014), and nothing of the warehouse need be there. -#}
{% materialization view, adapter='spark' %}
    {{ return(over_given_files()) }}
{% endmaterialization %}

{% materialization table, adapter='spark' %}
    {{ return(over_given_files()) }}
{% endmaterialization %}

{% macro over_given_files() %}
    {%- set given = env_var('UNWIND_GIVEN_URL', 'given') -%}
    {%- set into = env_var('UNWIND_ROLLUP_INTO', 'elsewhere') -%}
    {%- set query = namespace(text=model['compiled_code']) -%}
    {%- for referred in model['refs'] -%}
        {%- set file = 'parquet.`' ~ given | replace('`', '``') ~ '/' ~ referred['name'] ~ '.parquet`' -%}
        {%- set query.text = modules.re.sub('\\b' ~ ref(referred['name']) ~ '\\b', file, query.text) -%}
    {%- endfor -%}
    {% call statement('main') -%}
        create table {{ this }} using parquet
        location '{{ into | replace("'", "\\'") }}/{{ this.identifier }}' as
        {{ query.text }}
    {%- endcall %}
    {{ return({'relations': [this]}) }}
{% endmacro %}
