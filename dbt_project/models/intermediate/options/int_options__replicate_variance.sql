{#- The variance a strip of options pays, a year: (2 / T) * sum(dK / K^2 * Q(K)) - (1 / T) * (F / K0 - 1)^2
    (method.md 4.6). -#}
{%- set fewest_strikes, fewest_a_side = 5, 2 -%}

with quotes as (
    select
        venue,
        asset,
        cast(snapshot_at as date) as observed_date,
        snapshot_at,
        expiry_at,
        strike_price,
        years_to_expiry,
        forward_price,
        iv_ratio,
        known_at,
        provenance
    from {{ ref('int_options__quotes') }}
    where
        is_out_of_the_money
        and expiry_at >= snapshot_at + interval 1 day
        and {{ tells_volatility() }}
    qualify snapshot_at = max(snapshot_at) over (
        partition by venue, asset, expiry_at, cast(snapshot_at as date)
    )
),

-- One forward an expiry: quotes of an answer are of slightly different moments.
strikes as (
    select
        venue,
        asset,
        observed_date,
        snapshot_at,
        expiry_at,
        strike_price,
        avg(iv_ratio) as iv_ratio,
        max(years_to_expiry) as years,
        median(median(forward_price)) over chain as forward_price,
        max(known_at) as known_at,
        max(provenance) as provenance
    from quotes
    group by venue, asset, observed_date, snapshot_at, expiry_at, strike_price
    window chain as (partition by venue, asset, snapshot_at, expiry_at)
),

widths as (
    select
        venue,
        asset,
        observed_date,
        snapshot_at,
        expiry_at,
        strike_price,
        iv_ratio,
        years,
        forward_price,
        max(strike_price) filter (where strike_price <= forward_price) over (
            partition by venue, asset, snapshot_at, expiry_at
        ) as central_strike_price,
        -- Half the way to the neighbours; at the ends the whole way to the only one.
        (lead(strike_price, 1, strike_price) over ladder - lag(strike_price, 1, strike_price) over ladder)
        / (count(*) over around - 1) as width,
        known_at,
        provenance
    from strikes
    window
        ladder as (partition by venue, asset, snapshot_at, expiry_at order by strike_price),
        around as (
            partition by venue, asset, snapshot_at, expiry_at order by strike_price
            rows between 1 preceding and 1 following
        )
),

scaled as (
    select
        venue,
        asset,
        observed_date,
        snapshot_at,
        expiry_at,
        strike_price,
        years,
        forward_price,
        central_strike_price,
        width,
        if(strike_price > forward_price, 1, -1) as side,
        if(strike_price > forward_price, 1, -1)
        * {{ black_d1('forward_price', 'strike_price', 'iv_ratio', 'years') }} as side_d1,
        if(strike_price > forward_price, 1, -1)
        * {{ black_d2('forward_price', 'strike_price', 'iv_ratio', 'years') }} as side_d2,
        known_at,
        provenance
    from widths
),

priced as (
    select
        venue,
        asset,
        observed_date,
        snapshot_at,
        expiry_at,
        strike_price,
        years,
        forward_price,
        central_strike_price,
        width,
        side,
        {{ normal_cdf('side_d1') }} as share_of_forward,
        {{ normal_cdf('side_d2') }} as share_of_strike,
        known_at,
        provenance
    from scaled
),

-- At the central strike the mean of put and call, which lie F - K0 apart.
paid as (
    select
        venue,
        asset,
        observed_date,
        snapshot_at,
        expiry_at,
        years,
        forward_price,
        central_strike_price,
        side,
        width / (strike_price * strike_price)
        * (
            side * (forward_price * share_of_forward - strike_price * share_of_strike)
            + if(strike_price = central_strike_price, (forward_price - strike_price) / 2, 0)
        ) as paid,
        known_at,
        provenance
    from priced
)

select
    venue,
    asset,
    observed_date,
    snapshot_at,
    expiry_at,
    max(years) as years_to_expiry,
    count(*) as strikes_count,
    if(
        count(*) >= {{ fewest_strikes }}
        and least(count(*) filter (where side = 1), count(*) filter (where side = -1)) >= {{ fewest_a_side }},
        2 / max(years) * sum(paid order by paid)
        - pow(max(forward_price) / max(central_strike_price) - 1, 2) / max(years),
        null
    ) as variance_ratio,
    max(known_at) as known_at,
    max(provenance) as provenance
from paid
group by venue, asset, observed_date, snapshot_at, expiry_at
