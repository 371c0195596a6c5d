{#- What conditions ask of options: the newest chain by the moment, of the venue that the rule names. -#}
{%- set least_days_ranked = 60 -%}
with moments as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        asset,
        venue
    from {{ ref('int_stress__time_conditions') }}
),

-- The last chain of a UTC day stands for it in the year that a skew is ranked in.
skews as (
    select
        venue,
        asset,
        snapshot_at,
        rr25_vol_pct,
        known_at,
        provenance
    from {{ ref('fct_vol_surface') }}
    where tenor_kind = 'constant_maturity' and tenor_days = 7 and rr25_vol_pct is not null
    qualify row_number() over (
        partition by venue, asset, cast(snapshot_at as date) order by snapshot_at desc
    ) = 1
),

ranked as (
    select
        skews.venue,
        skews.asset,
        skews.snapshot_at,
        skews.rr25_vol_pct,
        case
            when count(*) >= {{ least_days_ranked }}
                then 100 * avg(cast(past.rr25_vol_pct <= skews.rr25_vol_pct as integer))
        end as percentile_pct,
        max(past.known_at) as known_at,
        max(past.provenance) as provenance
    from skews
    inner join skews as past
        on
            skews.venue = past.venue
            and skews.asset = past.asset
            and skews.snapshot_at >= past.snapshot_at
            and skews.snapshot_at <= past.snapshot_at + interval 365 day
    group by skews.venue, skews.asset, skews.snapshot_at, skews.rr25_vol_pct
),

slopes as (
    select
        venue,
        asset,
        snapshot_at,
        slope_7_30_vol_pct,
        known_at,
        provenance
    from {{ ref('fct_vol_term_structure') }}
    where slope_7_30_vol_pct is not null
),

zones as (
    select
        rules.condition_id,
        rules.rule_version,
        strikes.snapshot_at,
        100 * sum(strikes.put_open_interest_coins order by strikes.strike_price) filter (
            where strikes.strike_price between rules.strike_from_price and rules.strike_to_price
        ) / nullif(sum(strikes.put_open_interest_coins order by strikes.strike_price), 0) as put_share_pct,
        any_value(chains.put_call_change_24h_ratio) as put_call_change_ratio,
        greatest(max(strikes.known_at), any_value(chains.known_at)) as known_at,
        greatest(max(strikes.provenance), any_value(chains.provenance)) as provenance
    from {{ ref('condition_rules') }} as rules
    inner join {{ ref('fct_option_open_interest') }} as strikes
        on
            rules.venue = strikes.venue
            and rules.asset = strikes.asset
            and rules.expiry_at = strikes.expiry_at
    inner join {{ ref('fct_option_expiry_open_interest') }} as chains
        on
            strikes.venue = chains.venue
            and strikes.asset = chains.asset
            and strikes.snapshot_at = chains.snapshot_at
            and strikes.expiry_at = chains.expiry_at
    group by rules.condition_id, rules.rule_version, strikes.snapshot_at
),

measured as (
    select
        moments.condition_id,
        moments.rule_version,
        moments.evaluated_at,
        unnest(['rr25_7d', 'rr25_7d_percentile']) as input_name,
        unnest([ranked.rr25_vol_pct, ranked.percentile_pct]) as reading,
        ranked.snapshot_at as observed_at,
        ranked.known_at,
        ranked.provenance
    from moments
    asof inner join ranked
        on
            moments.asset = ranked.asset
            and moments.venue = ranked.venue
            and moments.evaluated_at >= ranked.snapshot_at

    union all

    select
        moments.condition_id,
        moments.rule_version,
        moments.evaluated_at,
        'slope_7_30' as input_name,
        slopes.slope_7_30_vol_pct as reading,
        slopes.snapshot_at as observed_at,
        slopes.known_at,
        slopes.provenance
    from moments
    asof inner join slopes
        on
            moments.asset = slopes.asset
            and moments.venue = slopes.venue
            and moments.evaluated_at >= slopes.snapshot_at

    union all

    select
        moments.condition_id,
        moments.rule_version,
        moments.evaluated_at,
        unnest(['put_share_in_zone', 'put_call_change_24h']) as input_name,
        unnest([zones.put_share_pct, zones.put_call_change_ratio]) as reading,
        zones.snapshot_at as observed_at,
        zones.known_at,
        zones.provenance
    from moments
    asof inner join zones
        on
            moments.condition_id = zones.condition_id
            and moments.rule_version = zones.rule_version
            and moments.evaluated_at >= zones.snapshot_at
)

select
    condition_id,
    rule_version,
    evaluated_at,
    input_name,
    reading,
    true as is_complete,
    observed_at,
    known_at,
    provenance
from measured
