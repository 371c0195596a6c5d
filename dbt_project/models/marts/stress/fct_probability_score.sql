-- What prices of options said: the last chain of each UTC day, against the composite at the hour of expiry.
with chains as (
    select
        venue,
        asset,
        snapshot_at,
        expiry_at,
        strike_price,
        probability_below_ratio,
        known_at,
        provenance
    from {{ ref('fct_option_open_interest') }}
    qualify
        probability_below_ratio is not null
        and rank() over (
            partition by venue, asset, expiry_at, cast(snapshot_at as date) order by snapshot_at desc
        ) = 1
),

stated as (
    select
        chains.venue || ' ' || chains.asset || ' below ' || chains.strike_price || ' at '
        || strftime(chains.expiry_at, '%Y-%m-%d %H:%M') as statement_id,
        chains.snapshot_at as stated_at,
        chains.expiry_at as resolves_at,
        'risk_neutral' as statement_kind,
        chains.asset,
        chains.strike_price as threshold_price,
        chains.probability_below_ratio as probability_ratio,
        prices.close_price_usd as outcome_price,
        prices.close_price_usd < chains.strike_price as is_true,
        greatest(chains.known_at, prices.known_at) as known_at,
        greatest(chains.provenance, prices.provenance) as provenance
    from chains
    left join {{ ref('fct_price_composite_hourly') }} as prices
        on
            chains.asset = prices.asset
            and chains.expiry_at = prices.period_end_at
            and prices.is_final

    union all

    select
        'base rate ' || question_kind || '_f' || fall_pct || '_r' || rebound_pct || ' within ' || horizon_days
        || ' days' as statement_id,
        stated_at,
        resolves_date + interval 1 day as resolves_at,
        'base_rate' as statement_kind,
        'BTC' as asset,
        threshold_price,
        hits_count / episodes_count as probability_ratio,
        lowest_close_price as outcome_price,
        case question_kind
            when 'retest' then lowest_close_price <= threshold_price
            else lowest_close_price >= threshold_price
        end as is_true,
        known_at,
        provenance
    from {{ ref('int_stress__estimate_base_rates') }}
    where stated_at is not null and episodes_count > 0
),

scored as (
    select
        statement_id,
        stated_at,
        resolves_at,
        statement_kind,
        asset,
        threshold_price,
        probability_ratio,
        outcome_price,
        is_true,
        (probability_ratio - cast(is_true as integer))
        * (probability_ratio - cast(is_true as integer)) as brier_ratio,
        known_at,
        provenance
    from stated
)

select
    statement_id,
    stated_at,
    resolves_at,
    statement_kind,
    asset,
    threshold_price,
    probability_ratio,
    outcome_price,
    brier_ratio,
    avg(brier_ratio) over of_kind as kind_mean_brier_ratio,
    count(brier_ratio) over of_kind as kind_scored_count,
    is_true,
    -- The mean of its kind stands in every row of it.
    max(known_at) over of_kind as known_at,
    max(provenance) over of_kind as provenance
from scored
window of_kind as (partition by statement_kind)
