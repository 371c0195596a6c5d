{#- An integer column that only takes multiples of `factor`. -#}
{% test multiple_of(model, column_name, factor) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} % {{ factor }} <> 0
{% endtest %}
