{#- Every article has a file of claims, and `ref` cannot name one that somebody adds tomorrow: they are found beside the
    first when SQL is made, and read with its declared types. -#}
{% macro claims_files() -%}
    {%- if execute -%}
        {%- set seed = graph.nodes['seed.unwind.article_claims'] -%}
        {%- set types = seed.config.column_types -%}
        read_csv('{{ seed.root_path }}/seeds/article_claims*.csv', header = true, types = {{ types | tojson }})
    {%- endif -%}
{%- endmacro %}
