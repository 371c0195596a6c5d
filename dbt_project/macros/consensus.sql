{#- Rules of the bitcoin chain that every node agrees on, in whole numbers where the nodes use them. -#}

{#- Coins a block may create at this height, without fees; halving drops what is below a satoshi. -#}
{% macro block_subsidy_coins(height) -%}
    floor(5e9 / pow(2, ({{ height }}) // 210000)) / 1e8
{%- endmacro %}

{#- A target is mantissa x 256^(exponent - 3); compact bits hold the exponent in the first byte, the mantissa in the
    other three. Difficulty 1 is 0x1d00ffff. -#}
{% macro difficulty_of_bits(bits) -%}
    65535.0 / (({{ bits }}) & 8388607) * pow(256, 29 - (({{ bits }}) >> 24))
{%- endmacro %}

{#- The inverse: the mantissa has its top bit clear and is at least 0x8000, which leaves one exponent. A difficulty that
    was computed from bits comes back to the same bits. -#}
{% macro bits_of_difficulty(difficulty) -%}
    {%- set exponent = '(29 - cast(ceil(log2((' ~ difficulty ~ ') * (8388607.5 / 65535)) / 8) as bigint) + 1)' -%}
    (({{ exponent }} << 24) + cast(round(65535 / ({{ difficulty }}) * pow(256, 29 - {{ exponent }})) as bigint))
{%- endmacro %}

{#- Bits of the next epoch after one that took so many seconds from its first block to its last, over 2015 intervals.
    Eight bits below the mantissa are enough to shift it by a byte without losing what the nodes keep, and everything
    fits 64 bits. What is cut off is cut, not rounded, and no target is easier than difficulty 1. -#}
{% macro next_bits(bits, seconds) -%}
    {%- set exponent = '((' ~ bits ~ ') >> 24)' -%}
    {%- set target = '(((' ~ bits ~ ') & 8388607) * least(greatest(cast(' ~ seconds
        ~ ' as bigint), 302400), 4838400) * 256 // 1209600)' -%}
    least(486604799, case
        when {{ target }} >= 2147483648 then (({{ exponent }} + 1) << 24) + ({{ target }} >> 16)
        when {{ target }} < 8388608 then (({{ exponent }} - 1) << 24) + {{ target }}
        else ({{ exponent }} << 24) + ({{ target }} >> 8)
    end)
{%- endmacro %}
