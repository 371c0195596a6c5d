{#- Black's formula of 1976 for options on a forward, undiscounted (method.md 4.1), in doubles and plain SQL. `sign` is 1
    for a call and -1 for a put. Arguments are repeated in what comes out: pass columns, and compute d1 and d2 one step
    before what stands on them. -#}

{#- a0 + a1 x + a2 x^2 + ... from the highest coefficient down. -#}
{% macro polynomial(x, coefficients) -%}
    {{ '(' * (coefficients | length - 1) }}{{ coefficients[0] }}
    {%- for coefficient in coefficients[1:] %} * {{ x }} + {{ coefficient }}){% endfor %}
{%- endmacro %}

{#- Hart's rational approximation near the middle; in the tails the factor of the density over the distance that makes
    them, as a ratio of polynomials in one over its square. A tail is right to 2e-12 of itself: it is never the rest of
    one. -#}
{% macro normal_cdf(x) -%}
    {%- set size = 'abs(' ~ x ~ ')' -%}
    {%- set inverse_square = '(1 / (' ~ x ~ ' * ' ~ x ~ '))' -%}
    abs(case when {{ x }} > 0 then 1 else 0 end - exp(-{{ x }} * {{ x }} / 2) * case
        when {{ size }} < 4.25e0 then {{ polynomial(size, [
            '3.52624965998911e-2', '7.00383064443688e-1', '6.37396220353165e0', '3.3912866078383e1',
            '1.12079291497871e2', '2.21213596169931e2', '2.20206867912376e2']) }} / {{ polynomial(size, [
            '8.83883476483184e-2', '1.75566716318264e0', '1.6064177579207e1', '8.67807322029461e1',
            '2.96564248779674e2', '6.37333633378831e2', '7.93826512519948e2', '4.40413735824752e2']) }}
        else {{ polynomial(inverse_square, [
            '9.967255238275624e1', '3.7992110939842183e2', '1.8967271361276156e2', '2.623056436208076e1',
            '9.999999999997541e-1']) }} / {{ polynomial(inverse_square, [
            '2.8857300042512264e2', '5.271325455390119e2', '2.1390327857853953e2', '2.7230564361124845e1',
            '1e0']) }} / (2.5066282746310002e0 * {{ size }})
    end)
{%- endmacro %}

{% macro normal_pdf(x) -%}
    (exp(-({{ x }}) * ({{ x }}) / 2) / 2.5066282746310002e0)
{%- endmacro %}

{#- Forward, strike, volatility a year as a fraction, years. -#}
{% macro black_d1(f, k, s, t) -%}
    (ln(({{ f }}) / ({{ k }})) / (({{ s }}) * sqrt({{ t }})) + ({{ s }}) * sqrt({{ t }}) / 2)
{%- endmacro %}

{% macro black_d2(f, k, s, t) -%}
    (ln(({{ f }}) / ({{ k }})) / (({{ s }}) * sqrt({{ t }})) - ({{ s }}) * sqrt({{ t }}) / 2)
{%- endmacro %}

{#- In the currency of the forward; divided by the forward it is in coins. -#}
{% macro black_price(sign, f, k, d1, d2) -%}
    {%- set first, second = '(' ~ sign ~ ' * ' ~ d1 ~ ')', '(' ~ sign ~ ' * ' ~ d2 ~ ')' -%}
    ({{ sign }} * (({{ f }}) * {{ normal_cdf(first) }} - ({{ k }}) * {{ normal_cdf(second) }}))
{%- endmacro %}

{#- The share of a forward that hedges the option. -#}
{% macro forward_delta(sign, d1) -%}
    {%- set first = '(' ~ sign ~ ' * ' ~ d1 ~ ')' -%}
    ({{ sign }} * {{ normal_cdf(first) }})
{%- endmacro %}

{#- The same less the premium, which is paid in the coin itself: delta - price / forward. -#}
{% macro premium_adjusted_delta(sign, f, k, d2) -%}
    {%- set second = '(' ~ sign ~ ' * ' ~ d2 ~ ')' -%}
    ({{ sign }} * ({{ k }}) / ({{ f }}) * {{ normal_cdf(second) }})
{%- endmacro %}
