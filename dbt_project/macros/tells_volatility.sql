{#- Of int_options__quotes: usable for a smile, or only too far out for one and still bid for. What hangs on
    the tails takes both: at 70 % they are four tenths of a point of 30 days. -#}
{% macro tells_volatility() -%}
    case
        when reject_reason = 'far_wing' then hygiene_mode = 'mark_iv_only' or coalesce(bid_price_coins > 0, false)
        else reject_reason is null
    end
{%- endmacro %}
