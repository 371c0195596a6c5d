{#- The next round price above. Prices are round in steps of the power of ten nearest to a tenth of them:
    bitcoin's of 10,000 from 31,623 to 316,228, ether's of 100 up to 3,162 and of 1,000 above. -#}
{% macro next_round_level(price) -%}
    {%- set step = 'power(10, round(log10(' ~ price ~ ')) - 1)' -%}
    (floor({{ price }} / {{ step }}) + 1) * {{ step }}
{%- endmacro %}
