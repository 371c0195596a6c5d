with walked as (
    select
        height as start_height,
        observed_at as retarget_at,
        asset,
        difficulty,
        case when lag(height) over chain = height - 2016 then lag(difficulty) over chain end as previous_difficulty,
        height + 2016 as next_retarget_height,
        case when lead(height) over chain = height + 2016 then lead(observed_at) over chain end as next_retarget_at,
        lead(height) over chain is null as is_open,
        -- What the row was computed from: itself and its neighbours.
        greatest(
            known_at,
            case when lag(height) over chain = height - 2016 then lag(known_at) over chain end,
            case when lead(height) over chain = height + 2016 then lead(known_at) over chain end
        ) as known_at,
        greatest(
            provenance,
            case when lag(height) over chain = height - 2016 then lag(provenance) over chain end,
            case when lead(height) over chain = height + 2016 then lead(provenance) over chain end
        ) as provenance
    from {{ ref('stg_mempool_space__difficulty_adjustments') }}
    window chain as (partition by asset order by height)
)

select
    start_height,
    retarget_at,
    asset,
    difficulty,
    previous_difficulty,
    difficulty / previous_difficulty - 1 as change_ratio,
    100 * (difficulty / previous_difficulty - 1) as change_pct,
    next_retarget_height,
    (epoch(next_retarget_at) - epoch(retarget_at)) / 86400 as epoch_days,
    (epoch(next_retarget_at) - epoch(retarget_at)) / 2016 as mean_block_interval_seconds,
    is_open,
    known_at,
    provenance
from walked
