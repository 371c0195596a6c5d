{%- set points = ['atm', 'call25', 'put25', 'call25_premium_adjusted', 'put25_premium_adjusted'] -%}
-- What a tenor is read between: a call and its put together or neither, and no expiry of the last day.
with legs as (
    {% for point in points %}
        select
            venue,
            asset,
            snapshot_at,
            surface_method,
            hygiene_mode,
            '{{ point }}' as leg,
            {{ point }}_total_variance as total_variance,
            case
                when
                    years_to_expiry * 365 >= 1
                    and {{ point | replace('call', 'put') }}_total_variance is not null
                    and {{ point | replace('put', 'call') }}_total_variance is not null
                    then years_to_expiry * 365
            end as leg_days,
            known_at,
            provenance
        from {{ ref('int_options__smiles') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

nearest as (
    select
        legs.venue,
        legs.asset,
        legs.snapshot_at,
        legs.surface_method,
        legs.hygiene_mode,
        legs.leg,
        tenors.tenor_days,
        {{ point_below('legs.leg_days', 'tenors.tenor_days', 'legs.total_variance') }} as below,
        {{ point_above('legs.leg_days', 'tenors.tenor_days', 'legs.total_variance') }} as above,
        max(legs.known_at) as known_at,
        max(legs.provenance) as provenance
    from legs
    cross join (values (7), (14), (30), (60), (90), (180)) as tenors (tenor_days)
    group by
        legs.venue,
        legs.asset,
        legs.snapshot_at,
        legs.surface_method,
        legs.hygiene_mode,
        legs.leg,
        tenors.tenor_days
),

-- Beyond the first or the last expiry volatility stays what it is there, for a fifth of its days, no further.
-- Where total variance falls with time, that in between would be negative: nothing is read there.
reached as (
    select
        venue,
        asset,
        snapshot_at,
        surface_method,
        hygiene_mode,
        leg,
        tenor_days,
        case
            when above is null and tenor_days <= 1.2 * {{ place_of('below') }}
                then {{ value_of('below') }} * tenor_days / {{ place_of('below') }}
            when below is null and tenor_days >= 0.8 * {{ place_of('above') }}
                then {{ value_of('above') }} * tenor_days / {{ place_of('above') }}
            when {{ value_of('above') }} >= {{ value_of('below') }}
                then {{ between_points('below', 'above', 'tenor_days') }}
        end as total_variance,
        case
            when {{ value_of('above') }} < {{ value_of('below') }} then 'calendar_arbitrage' else 'no_expiry'
        end as reason,
        above is null or below is null as is_extrapolated,
        known_at,
        provenance
    from nearest
)

select
    venue,
    asset,
    snapshot_at,
    surface_method,
    hygiene_mode,
    tenor_days,
    {% for point in points %}
        max(total_variance) filter (where leg = '{{ point }}') as {{ point }}_total_variance,
        max(reason) filter (where leg = '{{ point }}' and total_variance is null) as {{ point }}_reason,
    {% endfor %}
    bool_or(is_extrapolated and total_variance is not null) as is_extrapolated,
    max(known_at) as known_at,
    max(provenance) as provenance
from reached
group by venue, asset, snapshot_at, surface_method, hygiene_mode, tenor_days
