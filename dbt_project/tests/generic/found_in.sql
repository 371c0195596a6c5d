{#- Every key of this table stands in another one. Several columns make one key. -#}
{% test found_in(model, columns, to, to_columns) %}
select distinct {{ columns | join(', ') }}
from {{ model }}
where ({{ columns | join(', ') }}) not in (select ({{ to_columns | join(', ') }}) from {{ to }})
{% endtest %}
