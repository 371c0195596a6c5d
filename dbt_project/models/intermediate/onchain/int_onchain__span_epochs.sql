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
        lead(height) over chain as next_height,
        lead(observed_at) over chain as next_observed_at,
        known_at,
        provenance
    from {{ ref('stg_mempool_space__difficulty_adjustments') }}
    window chain as (partition by asset order by height)
)

select
    height as start_height,
    asset,
    observed_at as in_force_from_at,
    -- The longest epoch of the ten years before 2026 took some 20 days, so an open one is believed for 21.
    -- Where the next retarget did not land nobody knows its day: planned are 14.
    case
        when next_height = height + 2016 then next_observed_at
        when next_height is null then observed_at + interval 21 day
        else observed_at + interval 14 day
    end as in_force_to_at,
    difficulty,
    case when has_previous then 100 * (difficulty / previous_difficulty - 1) end as change_pct,
    greatest(known_at, case when has_previous then previous_known_at end) as known_at,
    greatest(provenance, case when has_previous then previous_provenance end) as provenance
from walked
