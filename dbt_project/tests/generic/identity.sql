{#- Two expressions are the same quantity, to `tolerance` relative to the largest of them and `scale`.
    `scale` is the level a small difference was computed from, whose rounding it inherits. -#}
{% test identity(model, left, right, scale='0', tolerance=1e-9) %}
select *
from {{ model }}
where (({{ left }}) is null) <> (({{ right }}) is null)
    or abs(({{ left }}) - ({{ right }}))
        > {{ tolerance }} * greatest(abs({{ left }}), abs({{ right }}), abs({{ scale }}))
{% endtest %}
