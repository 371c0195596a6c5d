{#- method.md 4.7. -#}
with listed as (
    select
        venue,
        asset,
        product,
        snapshot_at,
        expiry_at,
        strike_price,
        max(open_interest_coins) filter (where option_type = 'call') as call_coins,
        max(open_interest_coins) filter (where option_type = 'put') as put_coins,
        max(index_price) as index_price,
        median(forward_price) as forward_price,
        max(years_to_expiry) as years,
        -- Call and put have a forward of their own each, so that at it both can be out of the money.
        avg(iv_ratio) filter (where is_out_of_the_money and {{ tells_volatility() }}) as iv_ratio,
        max(reject_reason) filter (where is_out_of_the_money) as reject_reason,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_options__quotes') }}
    where snapshot_at < expiry_at
    group by venue, asset, product, snapshot_at, expiry_at, strike_price
    union all by name
    select
        venue,
        asset,
        product,
        observed_at as snapshot_at,
        expiry_at,
        strike_price,
        call_open_interest_coins as call_coins,
        put_open_interest_coins as put_coins,
        'no_smile' as reject_reason,
        known_at,
        provenance
    from {{ ref('stg_okx_options__open_interest_by_strike') }}
    where observed_at < expiry_at
),

-- One forward and one index an expiry: the rows of an answer are of slightly different moments.
priced as (
    select
        venue,
        asset,
        product,
        snapshot_at,
        expiry_at,
        strike_price,
        call_coins,
        put_coins,
        median(index_price) over chain as index_price,
        median(forward_price) over chain as forward_price,
        years,
        iv_ratio,
        if(iv_ratio is null, null, struct_pack(k := strike_price, iv := iv_ratio)) as smile_point,
        reject_reason,
        max(known_at) over chain as known_at,
        max(provenance) over chain as provenance
    from listed
    window chain as (partition by venue, asset, snapshot_at, expiry_at)
),

walked as (
    select
        venue,
        asset,
        product,
        snapshot_at,
        expiry_at,
        strike_price,
        call_coins,
        put_coins,
        index_price,
        forward_price,
        iv_ratio,
        -- What all options pay together if the coin ends here: calls from below it and puts from above it.
        coalesce(strike_price * sum(call_coins) over below - sum(call_coins * strike_price) over below, 0)
        + coalesce(sum(put_coins * strike_price) over above - strike_price * sum(put_coins) over above, 0)
            as payout_usd,
        coalesce(sum(put_coins) over below, 0) as puts_at_or_below_coins,
        sqrt(years) as root_years,
        {{ black_d1('forward_price', 'strike_price', 'iv_ratio', 'years') }} as d1,
        -({{ black_d2('forward_price', 'strike_price', 'iv_ratio', 'years') }}) as minus_d2,
        lag(smile_point ignore nulls) over ladder as lower,
        lead(smile_point ignore nulls) over ladder as upper,
        reject_reason,
        known_at,
        provenance
    from priced
    window
        ladder as (partition by venue, asset, snapshot_at, expiry_at order by strike_price),
        below as (
            partition by venue, asset, snapshot_at, expiry_at order by strike_price
            rows between unbounded preceding and current row
        ),
        above as (
            partition by venue, asset, snapshot_at, expiry_at order by strike_price
            rows between current row and unbounded following
        )
)

select
    venue,
    asset,
    product,
    snapshot_at,
    expiry_at,
    strike_price,
    call_coins,
    put_coins,
    coalesce(call_coins, 0) + coalesce(put_coins, 0) as coins,
    puts_at_or_below_coins,
    index_price,
    forward_price,
    payout_usd,
    0.01 * forward_price * {{ normal_pdf('d1') }} / (iv_ratio * root_years) as gamma_1pct_usd,
    {{ normal_cdf('minus_d2') }} as probability_if_flat_ratio,
    -- F n(d1) sqrt(T) ds/dK; the slope by three points, so that strikes may lie unequally far apart.
    forward_price * {{ normal_pdf('d1') }} * root_years * (
        (upper['iv'] - iv_ratio) / (upper['k'] - strike_price) * (strike_price - lower['k'])
        + (iv_ratio - lower['iv']) / (strike_price - lower['k']) * (upper['k'] - strike_price)
    ) / (upper['k'] - lower['k']) as probability_by_slope_ratio,
    if(iv_ratio is null, coalesce(reject_reason, 'no_quote'), null) as smile_reason,
    known_at,
    provenance
from walked
