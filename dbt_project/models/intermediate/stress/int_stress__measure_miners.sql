{#- What conditions ask of miners once difficulty was set anew. -#}
{%- set closes_averaged = 3 -%}
with retargets as (
    select
        moments.condition_id,
        moments.rule_version,
        moments.evaluated_at,
        moments.asset,
        moments.machine_class,
        cast(min(epochs.retarget_at) as date) as retarget_date
    from {{ ref('int_stress__time_conditions') }} as moments
    inner join {{ ref('fct_difficulty_epoch') }} as epochs
        on
            moments.asset = epochs.asset
            and moments.anchor_at < epochs.retarget_at
            and moments.evaluated_at >= epochs.retarget_at
    group by
        moments.condition_id, moments.rule_version, moments.evaluated_at, moments.asset, moments.machine_class
),

miner_days as (
    select
        hashprices.observed_date,
        hashprices.asset,
        breakevens.machine_class,
        hashprices.hashprice_at_close_usd_per_ph_day as hashprice,
        breakevens.power_cost_usd_per_ph_day as power_cost,
        100 * stress.hashrate_mean_30d_eh_s / stress.hashrate_mean_60d_eh_s as ribbon_pct,
        greatest(hashprices.known_at, breakevens.known_at, stress.known_at) as known_at,
        greatest(hashprices.provenance, breakevens.provenance, stress.provenance) as provenance
    from {{ ref('fct_hashprice_daily') }} as hashprices
    inner join {{ ref('fct_miner_breakeven_daily') }} as breakevens
        on hashprices.asset = breakevens.asset and hashprices.observed_date = breakevens.observed_date
    left join {{ ref('fct_miner_stress_daily') }} as stress
        on hashprices.asset = stress.asset and hashprices.observed_date = stress.observed_date
    where hashprices.hashprice_at_close_usd_per_ph_day is not null
),

since_retarget as (
    select
        retargets.condition_id,
        retargets.rule_version,
        retargets.evaluated_at,
        miner_days.observed_date,
        miner_days.hashprice,
        miner_days.power_cost,
        miner_days.ribbon_pct,
        earlier.hashprice as hashprice_before,
        earlier.ribbon_pct as ribbon_before_pct,
        greatest(miner_days.known_at, earlier.known_at) as known_at,
        greatest(miner_days.provenance, earlier.provenance) as provenance
    from retargets
    inner join miner_days
        on
            retargets.asset = miner_days.asset
            and retargets.machine_class = miner_days.machine_class
            and retargets.retarget_date <= miner_days.observed_date
            and retargets.evaluated_at >= miner_days.observed_date + interval 1 day
    left join miner_days as earlier
        on
            retargets.asset = earlier.asset
            and retargets.machine_class = earlier.machine_class
            and retargets.retarget_date = earlier.observed_date + 1
    qualify row_number() over (
        partition by retargets.condition_id, retargets.rule_version, retargets.evaluated_at
        order by miner_days.observed_date desc
    ) <= {{ closes_averaged }}
),

measured as (
    select
        condition_id,
        rule_version,
        evaluated_at,
        100 * (avg(hashprice) / any_value(hashprice_before) - 1) as hashprice_change_pct,
        avg(hashprice) - arg_max(power_cost, observed_date) as above_power,
        arg_max(ribbon_pct, observed_date) - any_value(ribbon_before_pct) as ribbon_change_pct,
        max(observed_date) + interval 1 day as observed_at,
        max(known_at) as known_at,
        max(provenance) as provenance
    from since_retarget
    group by condition_id, rule_version, evaluated_at
)

select
    condition_id,
    rule_version,
    evaluated_at,
    unnest(['hashprice_since_retarget', 'hashprice_above_power', 'ribbon_since_retarget']) as input_name,
    unnest([hashprice_change_pct, above_power, ribbon_change_pct]) as reading,
    true as is_complete,
    observed_at,
    known_at,
    provenance
from measured
