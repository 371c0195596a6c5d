with walked as (
    select
        height,
        observed_at,
        asset,
        difficulty,
        coalesce(lag(height) over chain = height - 2016, false) as has_previous,
        lag(difficulty) over chain as previous_difficulty,
        lag(known_at) over chain as previous_known_at,
        lag(provenance) over chain as previous_provenance,
        coalesce(lead(height) over chain = height + 2016, false) as has_next,
        lead(observed_at) over chain as next_observed_at,
        lead(known_at) over chain as next_known_at,
        lead(provenance) over chain as next_provenance,
        lead(height) over chain is null as is_open,
        known_at,
        provenance
    from {{ ref('stg_mempool_space__difficulty_adjustments') }}
    window chain as (partition by asset order by height)
),

-- A retarget that did not land leaves a hole: nothing is measured over it, and nothing of it is used.
linked as (
    select
        height,
        observed_at,
        asset,
        difficulty,
        case when has_previous then previous_difficulty end as previous_difficulty,
        case when has_next then epoch(next_observed_at) - epoch(observed_at) end as epoch_seconds,
        is_open,
        greatest(
            known_at,
            case when has_previous then previous_known_at end,
            case when has_next then next_known_at end
        ) as known_at,
        greatest(
            provenance,
            case when has_previous then previous_provenance end,
            case when has_next then next_provenance end
        ) as provenance
    from walked
)

select
    height as start_height,
    observed_at as retarget_at,
    asset,
    difficulty,
    previous_difficulty,
    difficulty / previous_difficulty - 1 as change_ratio,
    100 * (difficulty / previous_difficulty - 1) as change_pct,
    height + 2016 as next_retarget_height,
    epoch_seconds / 86400 as epoch_days,
    epoch_seconds / 2016 as mean_block_interval_seconds,
    is_open,
    known_at,
    provenance
from linked
