{#- Whether a value lies on the side of a bound that a rule asks for. NULL without a value. -#}
{% macro lies_within(comparison, value, bound) -%}
    case {{ comparison }}
        when 'at_least' then {{ value }} >= {{ bound }}
        when 'above' then {{ value }} > {{ bound }}
        when 'at_most' then {{ value }} <= {{ bound }}
        when 'below' then {{ value }} < {{ bound }}
    end
{%- endmacro %}
