{%- set points = ['atm', 'call25', 'put25', 'call25_premium_adjusted', 'put25_premium_adjusted'] -%}
with tenors as (
    select
        venue,
        asset,
        snapshot_at,
        'expiry' as tenor_kind,
        expiry_at,
        surface_method,
        hygiene_mode,
        years_to_expiry * 365 as tenor_days,
        forward_price,
        quotes_count,
        fit_rmse_vol_pct,
        {% for point in points %}
            {{ point }}_total_variance,
            {{ point }}_reason,
        {% endfor %}
        false as is_extrapolated,
        known_at,
        provenance
    from {{ ref('int_options__smiles') }}

    -- In the same order, for not every engine knows `by name`.
    union all

    select
        venue,
        asset,
        snapshot_at,
        'constant_maturity' as tenor_kind,
        null as expiry_at,
        surface_method,
        hygiene_mode,
        tenor_days,
        null as forward_price,
        null as quotes_count,
        null as fit_rmse_vol_pct,
        {% for point in points %}
            {{ point }}_total_variance,
            {{ point }}_reason,
        {% endfor %}
        is_extrapolated,
        known_at,
        provenance
    from {{ ref('int_options__interpolate_tenors') }}
),

vols as (
    select
        venue,
        asset,
        snapshot_at,
        tenor_kind,
        expiry_at,
        tenor_days,
        surface_method,
        hygiene_mode,
        forward_price,
        quotes_count,
        fit_rmse_vol_pct,
        {% for point in points %}
            100 * sqrt({{ point }}_total_variance * 365 / tenor_days) as {{ point }}_iv_vol_pct,
            {{ point }}_reason,
        {% endfor %}
        is_extrapolated,
        known_at,
        provenance
    from tenors
),

reversals as (
    select
        venue,
        asset,
        snapshot_at,
        {{ start_of('day', 'snapshot_at') }} as day_start_at,
        surface_method,
        tenor_days,
        call25_iv_vol_pct - put25_iv_vol_pct as rr25_vol_pct,
        known_at,
        provenance
    from vols
    where
        tenor_kind = 'constant_maturity'
        and call25_iv_vol_pct is not null
        and put25_iv_vol_pct is not null
),

-- A day counts once, with its last snapshot, however often the venue was asked.
days as (
    select
        venue,
        asset,
        surface_method,
        tenor_days,
        day_start_at,
        {{ last_by('rr25_vol_pct', 'snapshot_at') }} as rr25_vol_pct,
        max(known_at) as known_at,
        max(provenance) as provenance
    from reversals
    group by venue, asset, surface_method, tenor_days, day_start_at
),

histories as (
    select
        reversals.venue,
        reversals.asset,
        reversals.snapshot_at,
        reversals.surface_method,
        reversals.tenor_days,
        count(*) as days_count,
        count(*) filter (where days.rr25_vol_pct <= reversals.rr25_vol_pct) as days_at_or_below_count,
        max(days.known_at) as known_at,
        max(days.provenance) as provenance
    from reversals
    inner join days
        on
            reversals.venue = days.venue
            and reversals.asset = days.asset
            and reversals.surface_method = days.surface_method
            and reversals.tenor_days = days.tenor_days
            and reversals.day_start_at > days.day_start_at
            and reversals.day_start_at <= days.day_start_at + interval 730 days
    group by
        reversals.venue,
        reversals.asset,
        reversals.snapshot_at,
        reversals.surface_method,
        reversals.tenor_days
)

select
    vols.venue,
    vols.asset,
    vols.snapshot_at,
    vols.tenor_kind,
    vols.tenor_days,
    vols.expiry_at,
    vols.surface_method,
    'forward_unadjusted' as delta_convention,
    vols.hygiene_mode,
    vols.forward_price,
    vols.atm_iv_vol_pct,
    vols.call25_iv_vol_pct,
    vols.put25_iv_vol_pct,
    vols.call25_iv_vol_pct - vols.put25_iv_vol_pct as rr25_vol_pct,
    (vols.call25_iv_vol_pct - vols.put25_iv_vol_pct) / vols.atm_iv_vol_pct as rr25_ratio,
    (vols.call25_iv_vol_pct + vols.put25_iv_vol_pct) / 2 - vols.atm_iv_vol_pct as butterfly25_vol_pct,
    vols.call25_premium_adjusted_iv_vol_pct - vols.put25_premium_adjusted_iv_vol_pct
        as rr25_premium_adjusted_vol_pct,
    case
        when histories.days_count >= 60 then 1e2 * histories.days_at_or_below_count / histories.days_count
    end as rr25_percentile_730d_pct,
    case vols.tenor_kind when 'constant_maturity' then coalesce(histories.days_count, 0) end
        as rr25_history_days_count,
    vols.quotes_count,
    vols.fit_rmse_vol_pct,
    vols.atm_reason,
    vols.call25_reason,
    vols.put25_reason,
    coalesce(vols.call25_premium_adjusted_reason, vols.put25_premium_adjusted_reason)
        as rr25_premium_adjusted_reason,
    case
        when vols.tenor_kind = 'expiry' then 'rolling_tenor'
        when vols.call25_iv_vol_pct is null or vols.put25_iv_vol_pct is null then 'no_reversal'
        when coalesce(histories.days_count, 0) < 60 then 'short_history'
    end as rr25_percentile_reason,
    vols.is_extrapolated,
    greatest(vols.known_at, histories.known_at) as known_at,
    greatest(vols.provenance, histories.provenance) as provenance
from vols
left join histories
    on
        vols.venue = histories.venue
        and vols.asset = histories.asset
        and vols.snapshot_at = histories.snapshot_at
        and vols.surface_method = histories.surface_method
        -- Within the key: a condition beside it would have every row compared with every other.
        and case vols.tenor_kind when 'constant_maturity' then vols.tenor_days end = histories.tenor_days
