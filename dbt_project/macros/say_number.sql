{#- A number as a sentence prints it: thousands apart, four decimals at most and none that say nothing. -#}
{% macro say_number(x) -%}
    regexp_replace(format(if(abs({{ x }}) >= 1e5, '{:,.0f}', '{:,.4f}'), {{ x }}), '\.0+$|(\.\d*[1-9])0+$', '\1')
{%- endmacro %}
