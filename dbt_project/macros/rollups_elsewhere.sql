{#- A rollup on Spark, or on what speaks its SQL: one folder of Parquet a day, `<into>/<model>/day=2026-02-05`, for
    dbt_project/elsewhere.py to take over. One pass over all days asked for; `meta.day` is the time that tells them
    apart, which must be of the day of the raw file. Nothing is replaced: the folder has to be new. -#}
{% materialization rollup, adapter='spark' %}
    {%- set raw = env_var('UNWIND_RAW_URL', 'raw') -%}
    {%- set into = env_var('UNWIND_ROLLUP_INTO', 'rollup_elsewhere') -%}
    {#- Days as in `{schema,2026-02-05}`; the file without rows tells the types where no day has any. -#}
    {%- set days = env_var('UNWIND_ROLLUP_DAYS', '*') -%}
    {%- set day = config.get('meta').get('day') or exceptions.raise_compiler_error(this ~ ' says no meta.day') -%}
    {%- set query = namespace(text=model['compiled_code']) -%}
    {%- for given in model['sources'] -%}
        {%- set files = 'parquet.`' ~ raw | replace('`', '``') ~ '/' ~ given | join('/') ~ '/' ~ days ~ '.parquet`' -%}
        {%- set query.text = modules.re.sub('\\b' ~ source(*given) ~ '\\b', files, query.text) -%}
    {%- endfor -%}
    {% call statement('main') -%}
        create table {{ this }} using parquet partitioned by (day)
        location '{{ into | replace("'", "\\'") }}/{{ this.identifier }}' as
        select *, cast({{ day }} as date) as day from ({{ query.text }})
    {%- endcall %}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}
