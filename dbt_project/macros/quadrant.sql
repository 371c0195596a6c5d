{#- Price against open interest (method.md 3.6): who may have acted, as a hint, since every contract has both
    sides. Within a band nothing is said; without one of the two changes nothing is known. -#}

{% macro quadrant(price_change, oi_change, price_band, oi_band) -%}
    case
        when {{ price_change }} is null or {{ oi_change }} is null then null
        when abs({{ price_change }}) < {{ price_band }} or abs({{ oi_change }}) < {{ oi_band }} then 'flat'
        when {{ price_change }} > 0 and {{ oi_change }} > 0 then 'new_longs'
        when {{ price_change }} > 0 then 'short_covering'
        when {{ oi_change }} > 0 then 'new_shorts'
        else 'long_liquidation'
    end
{%- endmacro %}
