{#- Every key of this table stands in another one. Several columns make one key. -#}
{% test found_in(model, columns, to, to_columns) %}
select distinct child.{{ columns | join(', child.') }}
from {{ model }} as child
anti join {{ to }} as parent
    on {% for column in columns %}child.{{ column }} = parent.{{ to_columns[loop.index0] }}{{ ' and ' if not loop.last }}{% endfor %}

{% endtest %}
