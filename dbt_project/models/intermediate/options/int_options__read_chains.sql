{#- Name of the point, where strikes lie, where to read, and the scale on which smiles are straight there. -#}
{%- set points = [
    ('atm', 'strike_to_forward', 1, 'ln'),
    ('call25', 'call_delta', 0.25, ''),
    ('put25', 'call_delta', 0.75, ''),
    ('call25_premium_adjusted', 'premium_adjusted_call_delta', 0.25, ''),
    ('put25_premium_adjusted', 'premium_adjusted_put_delta', -0.25, ''),
] -%}
with usable as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        strike_price,
        years_to_expiry,
        forward_price,
        hygiene_mode,
        iv_ratio,
        delta_ratio,
        delta_premium_adjusted_ratio,
        -- By parity a call's delta is its put's and this: a put below the forward brackets a call above it.
        case option_type when 'put' then 1 else 0 end as put_to_call,
        strike_price / forward_price as strike_to_forward,
        known_at,
        provenance
    from {{ ref('int_options__quotes') }}
    where reject_reason is null
),

placed as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        years_to_expiry,
        forward_price,
        hygiene_mode,
        iv_ratio * iv_ratio * years_to_expiry as total_variance,
        strike_to_forward,
        delta_ratio + put_to_call as call_delta,
        delta_premium_adjusted_ratio + put_to_call * strike_to_forward as premium_adjusted_call_delta,
        delta_premium_adjusted_ratio + (put_to_call - 1) * strike_to_forward as premium_adjusted_put_delta,
        strike_to_forward
        * {{ normal_pdf(black_d2('forward_price', 'strike_price', 'iv_ratio', 'years_to_expiry')) }}
        / (iv_ratio * sqrt(years_to_expiry)) as premium_adjusted_summit,
        known_at,
        provenance
    from usable
),

-- Less its premium a call's delta rises with the strike before it falls; what counts is where it falls.
falling as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        years_to_expiry,
        forward_price,
        hygiene_mode,
        total_variance,
        strike_to_forward,
        call_delta,
        case when premium_adjusted_call_delta <= premium_adjusted_summit then premium_adjusted_call_delta end
            as premium_adjusted_call_delta,
        premium_adjusted_put_delta,
        known_at,
        provenance
    from placed
),

nearest as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        max(hygiene_mode) as hygiene_mode,
        max(years_to_expiry) as years_to_expiry,
        median(forward_price) as forward_price,
        count(*) as quotes_count,
        {% for point, axis, target, scale in points %}
            {{ point_below(axis, target, 'total_variance') }} as {{ point }}_below,
            {{ point_above(axis, target, 'total_variance') }} as {{ point }}_above,
        {% endfor %}
        max(known_at) as known_at,
        max(provenance) as provenance
    from falling
    group by venue, asset, snapshot_at, expiry_at
)

select
    venue,
    asset,
    snapshot_at,
    expiry_at,
    hygiene_mode,
    years_to_expiry,
    forward_price,
    quotes_count,
    {% for point, axis, target, scale in points %}
        {{ between_points(point ~ '_below', point ~ '_above', target, scale) }} as {{ point }}_total_variance,
    {% endfor %}
    known_at,
    provenance
from nearest
