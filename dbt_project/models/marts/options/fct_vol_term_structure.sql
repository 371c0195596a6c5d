{#- method.md 4.5. -#}
{%- set tenors = [7, 14, 30, 60, 90, 180] -%}
{%- set inverted_above, upright_below = 1, -1 -%}

with snapshots as (
    select
        venue,
        asset,
        snapshot_at,
        max(surface_method) as surface_method,
        {% for days in tenors %}
            max(atm_iv_vol_pct) filter (where tenor_days = {{ days }}) as atm_{{ days }}d_vol_pct,
        {% endfor %}
        coalesce(
            max(atm_reason) filter (where tenor_days = 7),
            max(atm_reason) filter (where tenor_days = 30)
        ) as slope_reason,
        bool_or(coalesce(atm_reason = 'calendar_arbitrage', false)) as is_variance_falling,
        bool_or(is_extrapolated and atm_iv_vol_pct is not null) as is_extrapolated,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('fct_vol_surface') }}
    where tenor_kind = 'constant_maturity'
    group by venue, asset, snapshot_at
),

-- Total variance grows with time by what is expected in between.
forwards as (
    select
        venue,
        asset,
        snapshot_at,
        surface_method,
        {% for days in tenors %}
            atm_{{ days }}d_vol_pct,
        {% endfor %}
        atm_7d_vol_pct - atm_30d_vol_pct as slope_7_30_vol_pct,
        slope_reason,
        {% for days in tenors[1:] %}
            {% set before = tenors[loop.index0] %}
            (
                {{ days }} * atm_{{ days }}d_vol_pct * atm_{{ days }}d_vol_pct
                - {{ before }} * atm_{{ before }}d_vol_pct * atm_{{ before }}d_vol_pct
            ) / {{ days - before }} / 1e4 as forward_variance_{{ before }}_{{ days }}_ratio,
        {% endfor %}
        list_max([
            {% for days in tenors[1:] %}
                {% set comma = '' if loop.last else ',' %}
                {% for before in tenors if before < days %}
                    atm_{{ before }}d_vol_pct - atm_{{ days }}d_vol_pct{{ comma if loop.last else ',' }}
                {% endfor %}
            {% endfor %}
        ]) as inversion_depth_vol_pct,
        list_avg([
            {% for days in tenors[1:] %}
                {% set before = tenors[loop.index0] %}
                cast(atm_{{ before }}d_vol_pct > atm_{{ days }}d_vol_pct as integer){{ ',' if not loop.last }}
            {% endfor %}
        ]) as inverted_share_ratio,
        is_variance_falling,
        is_extrapolated,
        known_at,
        provenance
    from snapshots
)

select
    venue,
    asset,
    snapshot_at,
    last_value(
        case
            when slope_7_30_vol_pct not between {{ upright_below }} and {{ inverted_above }} then snapshot_at
        end ignore nulls
    ) over walk as inversion_decided_at,
    surface_method,
    {% for days in tenors %}
        atm_{{ days }}d_vol_pct,
    {% endfor %}
    slope_7_30_vol_pct,
    slope_reason,
    inversion_depth_vol_pct,
    inverted_share_ratio,
    {% for days in tenors[1:] %}
        {% set pair = tenors[loop.index0] ~ '_' ~ days %}
        forward_variance_{{ pair }}_ratio,
        if(forward_variance_{{ pair }}_ratio >= 0, 100 * sqrt(forward_variance_{{ pair }}_ratio), null)
            as forward_vol_{{ pair }}_vol_pct,
    {% endfor %}
    last_value(
        case
            when slope_7_30_vol_pct > {{ inverted_above }} then true
            when slope_7_30_vol_pct < {{ upright_below }} then false
        end ignore nulls
    ) over walk as is_inverted,
    is_variance_falling
    {% for days in tenors[1:] %}
        or coalesce(forward_variance_{{ tenors[loop.index0] }}_{{ days }}_ratio < 0, false)
    {% endfor %}
        as is_calendar_arbitrage,
    is_extrapolated,
    max(known_at) over walk as known_at,
    max(provenance) over walk as provenance
from forwards
window walk as (partition by venue, asset order by snapshot_at)
