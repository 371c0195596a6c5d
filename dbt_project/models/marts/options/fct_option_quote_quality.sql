{%- set reasons = [
    'expired', 'no_forward', 'no_iv', 'iv_out_of_range', 'in_the_money', 'far_wing', 'stale', 'no_bid', 'no_ask',
    'crossed', 'wide',
] -%}
{%- set levels = {'low': -0.1, 'at': 0, 'high': 0.1} -%}
-- By parity every option is a call. Its price over the forward is its delta less the adjusted one.
with calls as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        option_type,
        years_to_expiry,
        hygiene_mode,
        reject_reason,
        strike_price / forward_price as strike_ratio,
        case when reject_reason is null then ln(strike_price / forward_price) end as log_moneyness,
        iv_ratio * iv_ratio * years_to_expiry as total_variance,
        delta_ratio - delta_premium_adjusted_ratio
        + case option_type when 'put' then 1 - strike_price / forward_price else 0 end as price_ratio,
        known_at,
        provenance
    from {{ ref('int_options__quotes') }}
),

neighbours as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        years_to_expiry,
        hygiene_mode,
        reject_reason,
        log_moneyness,
        total_variance,
        known_at,
        provenance,
        price_ratio - lag(price_ratio) over smile as rise_before,
        strike_ratio - lag(strike_ratio) over smile as step_before,
        lead(price_ratio) over smile - price_ratio as rise_after,
        lead(strike_ratio) over smile - strike_ratio as step_after
    from calls
    window smile as (
        partition by venue, asset, snapshot_at, expiry_at, reject_reason is null
        order by strike_ratio, option_type
    )
),

-- A price above the line between its neighbours is an arbitrage, unless rounding volatilities to 0.01 points
-- could put it there: half of that times the greatest vega, for the price and for the line.
expiries as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        max(hygiene_mode) as hygiene_mode,
        count(*) as quotes_count,
        count(*) filter (where reject_reason is null) as usable_quotes_count,
        {% for reason in reasons %}
            count(*) filter (where reject_reason = '{{ reason }}') as {{ reason }}_quotes_count,
        {% endfor %}
        count(*) filter (
            where reject_reason is null
            and rise_before * step_after - rise_after * step_before
            > 4e-5 * sqrt(years_to_expiry) * (step_before + step_after)
        ) as butterfly_arbitrages_count,
        {% for level, place in levels.items() %}
            {{ point_below('log_moneyness', place, 'total_variance') }} as {{ level }}_below,
            {{ point_above('log_moneyness', place, 'total_variance') }} as {{ level }}_above,
        {% endfor %}
        max(known_at) as known_at,
        max(provenance) as provenance
    from neighbours
    group by venue, asset, snapshot_at, expiry_at
),

levelled as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        hygiene_mode,
        quotes_count,
        usable_quotes_count,
        {% for reason in reasons %}
            {{ reason }}_quotes_count,
        {% endfor %}
        butterfly_arbitrages_count,
        {% for level, place in levels.items() %}
            {{ between_points(level ~ '_below', level ~ '_above', place) }} as {{ level }}_total_variance,
        {% endfor %}
        known_at,
        provenance
    from expiries
)

select
    venue,
    asset,
    snapshot_at,
    expiry_at,
    hygiene_mode,
    quotes_count,
    usable_quotes_count,
    {% for reason in reasons %}
        {{ reason }}_quotes_count,
    {% endfor %}
    butterfly_arbitrages_count,
    {% for level in levels %}
        {{ '+ ' if not loop.first }}coalesce(
            ({{ level }}_total_variance < lag({{ level }}_total_variance) over term)::bigint, 0
        )
    {% endfor %}
        as calendar_arbitrages_count,
    known_at,
    provenance
from levelled
window term as (partition by venue, asset, snapshot_at order by expiry_at)
