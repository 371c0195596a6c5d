{#- Reading a curve at a point between the two nearest of its own, with aggregates alone: no window, no sort. A point is
    a pair of where it is and its value. Of several in one place the same one is always taken: the value moves its place
    by a hair, far below what the reading is good for. A CASE and not a FILTER: a seventh of the time. -#}
{% macro point_below(axis, target, value) -%}
    {{ last_by(
        point_at(axis, value), 'case when ' ~ axis ~ ' <= ' ~ target ~ ' then ' ~ axis ~ ' + 1e-13 * ' ~ value ~ ' end'
    ) }}
{%- endmacro %}

{% macro point_above(axis, target, value) -%}
    {{ first_by(
        point_at(axis, value), 'case when ' ~ axis ~ ' >= ' ~ target ~ ' then ' ~ axis ~ ' + 1e-13 * ' ~ value ~ ' end'
    ) }}
{%- endmacro %}

{% macro place_of(point) -%}
    {{ part_of(point, 'place') }}
{%- endmacro %}

{% macro value_of(point) -%}
    {{ part_of(point, 'value') }}
{%- endmacro %}

{#- On the straight line between them, `scale` being the function that makes it straight; NULL without a point on
    either side. -#}
{% macro between_points(below, above, target, scale='') -%}
    case
        when {{ place_of(below) }} = {{ place_of(above) }} then {{ value_of(below) }}
        else
            {{ value_of(below) }} + ({{ value_of(above) }} - {{ value_of(below) }})
            * ({{ scale }}({{ target }}) - {{ scale }}({{ place_of(below) }}))
            / ({{ scale }}({{ place_of(above) }}) - {{ scale }}({{ place_of(below) }}))
    end
{%- endmacro %}
