{#- Pearson's correlation over a named window. A side that never moves has none; DuckDB says NaN. -#}
{% macro rolling_correlation(y, x, frame) -%}
    nullif(corr({{ y }}, {{ x }}) over {{ frame }}, cast('nan' as double))
{%- endmacro %}

{#- One end of Fisher's 95 % interval of a correlation; side is + or -. Exactly 1 has none. -#}
{% macro fisher_bound(correlation, count, side) -%}
    case
        when abs({{ correlation }}) < 1
            then tanh(atanh({{ correlation }}) {{ side }} 1.959963984540054 / sqrt({{ count }} - 3))
    end
{%- endmacro %}
