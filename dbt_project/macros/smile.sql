{#- Reading a curve at a point between the two nearest of its own, with aggregates alone: no window, no sort. A point is
    a pair of where it is and its value, so that of several in one place the same one is always taken. -#}
{% macro point_below(axis, target, value) -%}
    max(struct_pack(place := {{ axis }}, value := {{ value }})) filter (where {{ axis }} <= {{ target }})
{%- endmacro %}

{% macro point_above(axis, target, value) -%}
    min(struct_pack(place := {{ axis }}, value := {{ value }})) filter (where {{ axis }} >= {{ target }})
{%- endmacro %}

{% macro place_of(point) -%}
    struct_extract({{ point }}, 'place')
{%- endmacro %}

{% macro value_of(point) -%}
    struct_extract({{ point }}, 'value')
{%- endmacro %}

{#- On the straight line between them; NULL without a point on either side. -#}
{% macro between_points(below, above, target) -%}
    case
        when {{ place_of(below) }} = {{ place_of(above) }} then {{ value_of(below) }}
        else
            {{ value_of(below) }} + ({{ value_of(above) }} - {{ value_of(below) }})
            * ({{ target }} - {{ place_of(below) }}) / ({{ place_of(above) }} - {{ place_of(below) }})
    end
{%- endmacro %}
