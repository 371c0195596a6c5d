{%- set points = ['atm', 'call25', 'put25', 'call25_premium_adjusted', 'put25_premium_adjusted'] -%}
with smiles as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        'chain' as surface_method,
        hygiene_mode,
        years_to_expiry,
        forward_price,
        quotes_count,
        null as fit_rmse_vol_pct,
        null as reason,
        {% for point in points %}
            {{ point }}_total_variance,
        {% endfor %}
        known_at,
        provenance
    from {{ ref('int_options__read_chains') }}

    -- In the same order, for not every engine knows `by name`.
    union all

    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        'trades' as surface_method,
        null as hygiene_mode,
        years_to_expiry,
        forward_price,
        trades_count as quotes_count,
        fit_rmse_vol_pct,
        reason,
        {% for point in points %}
            {{ point }}_total_variance,
        {% endfor %}
        known_at,
        provenance
    from {{ ref('int_options__fit_trades') }}
)

select
    venue,
    asset,
    snapshot_at,
    expiry_at,
    surface_method,
    hygiene_mode,
    years_to_expiry,
    forward_price,
    quotes_count,
    fit_rmse_vol_pct,
    {% for point in points %}
        {{ point }}_total_variance,
        case when {{ point }}_total_variance is null then coalesce(reason, 'no_bracket') end
            as {{ point }}_reason,
    {% endfor %}
    known_at,
    provenance
from smiles
