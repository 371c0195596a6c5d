-- All three estimate from the blocks of the day, so a day may change hands without a step.
with hashrates as (
    select
        1 as preference,
        'mempool_space.hashrates' as hashrate_source,
        observed_date,
        asset,
        hashrate_eh_s,
        known_at,
        provenance
    from {{ ref('stg_mempool_space__hashrates') }}
    union all
    select
        2 as preference,
        'blockchain_info.hash_rate' as hashrate_source,
        observed_date,
        asset,
        hashrate_eh_s,
        known_at,
        provenance
    from {{ ref('stg_blockchain_info__hash_rate') }}
    union all
    select
        3 as preference,
        'coinmetrics.asset_metrics_1d' as hashrate_source,
        observed_date,
        asset,
        hashrate_eh_s,
        known_at,
        provenance
    from {{ ref('stg_coinmetrics__asset_metrics_1d') }}
    where hashrate_eh_s is not null
),

chosen as (
    select
        hashrate_source,
        observed_date,
        asset,
        hashrate_eh_s,
        known_at,
        provenance
    from hashrates
    qualify row_number() over (partition by observed_date, asset order by preference) = 1
),

issuances as (
    select
        observed_date,
        asset,
        issuance_usd,
        known_at,
        provenance
    from {{ ref('stg_coinmetrics__asset_metrics_1d') }}
    where issuance_usd is not null
),

joined as (
    select
        coalesce(chosen.observed_date, issuances.observed_date, hashprices.observed_date) as observed_date,
        coalesce(chosen.asset, issuances.asset, hashprices.asset) as asset,
        chosen.hashrate_eh_s,
        chosen.hashrate_source,
        issuances.issuance_usd,
        hashprices.hashprice_without_fees_usd_per_ph_day as hashprice_usd,
        greatest(chosen.known_at, issuances.known_at, hashprices.known_at) as known_at,
        greatest(chosen.provenance, issuances.provenance, hashprices.provenance) as provenance
    from chosen
    full outer join issuances
        on
            chosen.observed_date = issuances.observed_date
            and chosen.asset = issuances.asset
    full outer join {{ ref('fct_hashprice_daily') }} as hashprices
        on
            coalesce(chosen.observed_date, issuances.observed_date) = hashprices.observed_date
            and coalesce(chosen.asset, issuances.asset) = hashprices.asset
),

-- A window with a hole has no answer: a mean over fewer days is another quantity.
windowed as (
    select
        observed_date,
        asset,
        hashrate_eh_s,
        hashrate_source,
        case when count(hashrate_eh_s) over month_1 = 30 then avg(hashrate_eh_s) over month_1 end
            as hashrate_mean_30d_eh_s,
        case when count(hashrate_eh_s) over month_2 = 60 then avg(hashrate_eh_s) over month_2 end
            as hashrate_mean_60d_eh_s,
        issuance_usd,
        case when count(issuance_usd) over year_1 = 365 then avg(issuance_usd) over year_1 end
            as issuance_mean_365d_usd,
        hashprice_usd,
        case
            when count(hashprice_usd) over year_1 = 365
                then
                    len(list_filter(list(hashprice_usd) over year_1, lambda past: past <= hashprice_usd))
                    / 3.65
        end as hashprice_percentile_365d_pct,
        max(known_at) over year_1 as known_at,
        max(provenance) over year_1 as provenance
    from joined
    window
        month_1 as (
            partition by asset order by observed_date
            range between interval 29 day preceding and current row
        ),
        month_2 as (
            partition by asset order by observed_date
            range between interval 59 day preceding and current row
        ),
        year_1 as (
            partition by asset order by observed_date
            range between interval 364 day preceding and current row
        )
),

-- The newest retarget of the day or before it, while it is believed to be in force.
judged as (
    select
        windowed.observed_date,
        windowed.asset,
        windowed.hashrate_eh_s,
        windowed.hashrate_source,
        windowed.hashrate_mean_30d_eh_s,
        windowed.hashrate_mean_60d_eh_s,
        windowed.issuance_usd,
        windowed.issuance_usd / windowed.issuance_mean_365d_usd as puell_multiple_ratio,
        windowed.hashprice_usd,
        windowed.hashprice_percentile_365d_pct,
        case when windowed.observed_date < epochs.in_force_to_at then epochs.change_pct end
            as difficulty_change_pct,
        windowed.hashrate_mean_30d_eh_s < windowed.hashrate_mean_60d_eh_s as is_ribbon_inverted,
        windowed.issuance_usd / windowed.issuance_mean_365d_usd < 0.6 as is_puell_low,
        windowed.hashprice_percentile_365d_pct < 5 as is_hashprice_low,
        case when windowed.observed_date < epochs.in_force_to_at then epochs.change_pct < -5 end
            as is_difficulty_falling,
        greatest(windowed.known_at, epochs.known_at) as known_at,
        greatest(windowed.provenance, epochs.provenance) as provenance
    from windowed
    asof left join {{ ref('int_onchain__span_epochs') }} as epochs
        on
            windowed.asset = epochs.asset
            and windowed.observed_date + interval 1 day > epochs.in_force_from_at
)

select
    observed_date,
    asset,
    hashrate_eh_s,
    hashrate_source,
    hashrate_mean_30d_eh_s,
    hashrate_mean_60d_eh_s,
    issuance_usd,
    puell_multiple_ratio,
    hashprice_usd as hashprice_without_fees_usd_per_ph_day,
    hashprice_percentile_365d_pct,
    difficulty_change_pct,
    -- One that is not known is no sign of calm: it is left out of both counts.
    coalesce(cast(is_ribbon_inverted as bigint), 0)
    + coalesce(cast(is_puell_low as bigint), 0)
    + coalesce(cast(is_hashprice_low as bigint), 0)
    + coalesce(cast(is_difficulty_falling as bigint), 0) as stress_signs_count,
    cast(is_ribbon_inverted is not null as bigint)
    + cast(is_puell_low is not null as bigint)
    + cast(is_hashprice_low is not null as bigint)
    + cast(is_difficulty_falling is not null as bigint) as known_signs_count,
    is_ribbon_inverted,
    is_puell_low,
    is_hashprice_low,
    is_difficulty_falling,
    known_at,
    provenance
from judged
