{#- method.md 4.5 and 4.6. DVOL closes with the day: only quotes of its last hours are held against it. -#}
{%- set target_years, same_moment = '(30 / 365)', 'interval 2 hour' -%}

with strips as (
    select
        observed_date,
        asset,
        venue,
        snapshot_at,
        expiry_at,
        struct_pack(
            expiry_at := expiry_at,
            years := years_to_expiry,
            total := variance_ratio * years_to_expiry,
            strikes_count := strikes_count
        ) as expiry_strip,
        -- NULL without a variance.
        if(variance_ratio > 0, years_to_expiry <= {{ target_years }}, null) as is_near,
        known_at,
        provenance
    from {{ ref('int_options__replicate_variance') }}
),

-- The two expiries around 30 days, of those with enough strikes.
brackets as (
    select
        observed_date,
        asset,
        venue,
        arg_max(expiry_strip, expiry_at) filter (where is_near) as near_strip,
        arg_min(expiry_strip, expiry_at) filter (where not is_near) as far_strip,
        count(is_near) > 0 as has_strip,
        max(snapshot_at) as snapshot_at,
        max(known_at) as known_at,
        max(provenance) as provenance
    from strips
    group by observed_date, asset, venue
),

own as (
    select
        observed_date,
        asset,
        venue,
        snapshot_at,
        near_strip['expiry_at'] as near_expiry_at,
        far_strip['expiry_at'] as far_expiry_at,
        least(near_strip['strikes_count'], far_strip['strikes_count']) as strikes_count,
        case
            when not has_strip then 'too_few_strikes'
            when near_strip is null or far_strip is null then 'no_bracket'
            when far_strip['total'] < near_strip['total'] then 'calendar_arbitrage'
        end as reason,
        -- Total variance is linear in time between the two.
        (
            near_strip['total'] * (far_strip['years'] - {{ target_years }})
            + far_strip['total'] * ({{ target_years }} - near_strip['years'])
        ) / (far_strip['years'] - near_strip['years']) as total_variance,
        known_at,
        provenance
    from brackets
),

dvol as (
    select
        cast(period_start_at as date) as observed_date,
        asset,
        venue,
        100 * open_iv_ratio as open_vol_pct,
        100 * high_iv_ratio as high_vol_pct,
        100 * low_iv_ratio as low_vol_pct,
        100 * close_iv_ratio as close_vol_pct,
        100 * any_value(close_iv_ratio) over day_before as previous_vol_pct,
        greatest(known_at, any_value(known_at) over day_before) as known_at,
        greatest(provenance, any_value(provenance) over day_before) as provenance
    from {{ ref('stg_deribit_options__volatility_index_1d') }}
    window day_before as (
        partition by asset order by period_start_at
        range between interval 1 day preceding and interval 1 day preceding
    )
),

joined as (
    select
        coalesce(dvol.observed_date, own.observed_date) as observed_date,
        coalesce(dvol.asset, own.asset) as asset,
        coalesce(dvol.venue, own.venue) as venue,
        own.snapshot_at,
        own.near_expiry_at,
        own.far_expiry_at,
        dvol.open_vol_pct,
        dvol.high_vol_pct,
        dvol.low_vol_pct,
        dvol.close_vol_pct,
        dvol.previous_vol_pct,
        if(own.reason is null, 100 * sqrt(own.total_variance / {{ target_years }}), null) as own_vol_pct,
        own.strikes_count,
        if(own.observed_date is null, 'no_chain', own.reason) as reason,
        greatest(dvol.known_at, own.known_at) as known_at,
        greatest(dvol.provenance, own.provenance) as provenance
    from dvol
    full join own
        on dvol.observed_date = own.observed_date and dvol.asset = own.asset and dvol.venue = own.venue
)

select
    observed_date,
    asset,
    venue,
    snapshot_at as vswap_snapshot_at,
    near_expiry_at,
    far_expiry_at,
    open_vol_pct as dvol_open_vol_pct,
    high_vol_pct as dvol_high_vol_pct,
    low_vol_pct as dvol_low_vol_pct,
    close_vol_pct as dvol_close_vol_pct,
    close_vol_pct - previous_vol_pct as dvol_change_vol_pct,
    close_vol_pct / previous_vol_pct - 1 as dvol_change_ratio,
    own_vol_pct as vswap_30d_own_vol_pct,
    if(snapshot_at >= observed_date + interval 1 day - {{ same_moment }}, own_vol_pct - close_vol_pct, null)
        as vswap_less_dvol_vol_pct,
    strikes_count,
    reason as vswap_reason,
    known_at,
    provenance
from joined
