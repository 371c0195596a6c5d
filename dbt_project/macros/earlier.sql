{#- Moments before the build's own, whose answers are kept as they stood: each has a database beside the warehouse, and
    every model is made in all of them from the same SQL. A build for each moment would cost as much as the first one, and
    more than half of that is dbt's own work, not the database's (docs/decisions/0015). -#}

{#- Database -> moment, earliest first; none for a build by hand. Asked when SQL is made and not when the project is
    parsed, as in as_of.sql. -#}
{% macro earlier_moments() -%}
    {{ return(fromjson(env_var('UNWIND_EARLIER', '{}')) if execute else {}) }}
{%- endmacro %}

{#- What a model's code would have been in a build as of `moment`, into `database`. dbt has written the database of this
    build before every relation, and as_of.sql its moment as one word wherever time is asked for, so both are exchanged.
    Python comes with the names as strings, whose quotes are escaped. Seeds know no moment and stay where they are. -#}
{% macro as_it_stood(code, database, moment) -%}
    {%- set text = namespace(code=code | replace(as_of_at(), moment_literal(moment))) -%}
    {%- for quote in ['"', '\\"'] -%}
        {%- set now, then = quote ~ this.database ~ quote, quote ~ database ~ quote -%}
        {%- set seeds = '.' ~ quote ~ 'seeds' ~ quote -%}
        {%- set text.code = text.code | replace(now, then) | replace(then ~ seeds, now ~ seeds) -%}
    {%- endfor -%}
    {{ return(text.code) }}
{%- endmacro %}

{#- A test that finds something at any of the moments has found it. -#}
{% macro duckdb__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    {%- set found = ['select * from (' ~ main_sql ~ ')'] -%}
    {%- for database, moment in earlier_moments().items() -%}
        {%- do found.append('select * from (' ~ as_it_stood(main_sql, database, moment) ~ ')') -%}
    {%- endfor -%}
    {{ default__get_test_sql(found | join(' union all '), fail_calc, warn_if, error_if, limit) }}
{%- endmacro %}
