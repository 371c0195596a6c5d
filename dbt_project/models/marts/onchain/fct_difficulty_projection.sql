-- Our own forecasts look from the day's highest block back to the first of its epoch.
with tips as (
    select
        max(height) as tip_height,
        arg_max(observed_at, height) as observed_at,
        asset,
        arg_max(known_at, height) as known_at,
        arg_max(provenance, height) as provenance
    from {{ ref('stg_mempool_space__blocks') }}
    group by cast(observed_at as date), asset
),

paced as (
    select
        tips.observed_at as forecast_at,
        tips.asset,
        first_blocks.height as start_height,
        first_blocks.difficulty,
        tips.tip_height - first_blocks.height as mined_count,
        epoch(tips.observed_at) - epoch(first_blocks.observed_at) as elapsed_seconds,
        (epoch(tips.observed_at) - epoch(lately.observed_at)) / 144 as late_pace_seconds,
        greatest(tips.known_at, first_blocks.known_at) as known_at,
        greatest(tips.provenance, first_blocks.provenance) as provenance,
        lately.known_at as lately_known_at,
        lately.provenance as lately_provenance
    from tips
    inner join {{ ref('stg_mempool_space__difficulty_adjustments') }} as first_blocks
        on
            tips.asset = first_blocks.asset
            and tips.tip_height // 2016 * 2016 = first_blocks.height
    left join {{ ref('stg_mempool_space__blocks') }} as lately
        on
            tips.asset = lately.asset
            and tips.tip_height - 144 = lately.height
    where tips.tip_height > first_blocks.height and tips.observed_at > first_blocks.observed_at
),

-- The span that counts ends with the last block of the epoch, so 2015 - n are to come. The naive pace divides
-- by n + 1 for it, as mempool does, which makes its change 600 x (n + 1) / elapsed - 1.
scenarios as (
    select
        forecast_at,
        asset,
        'naive_pace' as forecast_method,
        start_height,
        difficulty,
        mined_count,
        elapsed_seconds,
        elapsed_seconds * 2016 / (mined_count + 1) as span_seconds,
        elapsed_seconds / mined_count as pace_seconds,
        known_at,
        provenance
    from paced
    union all
    select
        forecast_at,
        asset,
        'rest_at_10_minutes' as forecast_method,
        start_height,
        difficulty,
        mined_count,
        elapsed_seconds,
        elapsed_seconds + (2015 - mined_count) * 600 as span_seconds,
        600 as pace_seconds,
        known_at,
        provenance
    from paced
    union all
    select
        forecast_at,
        asset,
        'rest_at_last_144_pace' as forecast_method,
        start_height,
        difficulty,
        mined_count,
        elapsed_seconds,
        elapsed_seconds + (2015 - mined_count) * late_pace_seconds as span_seconds,
        late_pace_seconds as pace_seconds,
        greatest(known_at, lately_known_at) as known_at,
        greatest(provenance, lately_provenance) as provenance
    from paced
    where late_pace_seconds > 0
),

forecasts as (
    select
        forecast_at,
        asset,
        forecast_method,
        start_height + 2016 as next_retarget_height,
        2016 - mined_count as remaining_blocks_count,
        mined_count / 2016 * 100 as progress_pct,
        elapsed_seconds / mined_count as mean_block_interval_seconds,
        100 * (1209600 / least(greatest(span_seconds, 302400), 4838400) - 1) as estimated_change_pct,
        {{ difficulty_of_bits(next_bits(bits_of_difficulty('difficulty'), 'round(span_seconds)')) }}
            as estimated_difficulty,
        forecast_at + to_microseconds(cast((2016 - mined_count) * pace_seconds * 1e6 as bigint))
            as estimated_retarget_at,
        known_at,
        provenance
    from scenarios
    union all
    select
        observed_at as forecast_at,
        asset,
        'mempool_space' as forecast_method,
        next_retarget_height,
        remaining_blocks_count,
        progress_pct,
        mean_block_interval_seconds,
        estimated_change_pct,
        null as estimated_difficulty,
        estimated_retarget_at,
        known_at,
        provenance
    from {{ ref('stg_mempool_space__difficulty_estimate') }}
)

-- The outcome comes into the score alone: what the forecast said, and when, stays as it was.
select
    forecasts.forecast_at,
    forecasts.asset,
    forecasts.forecast_method,
    forecasts.next_retarget_height,
    forecasts.estimated_retarget_at,
    epochs.in_force_from_at as actual_retarget_at,
    forecasts.known_at as forecast_known_at,
    forecasts.remaining_blocks_count,
    forecasts.progress_pct,
    forecasts.mean_block_interval_seconds,
    forecasts.estimated_change_pct,
    forecasts.estimated_difficulty,
    100 * (1 / (1 + forecasts.estimated_change_pct / 100) - 1) as estimated_relief_pct,
    epochs.change_pct as actual_change_pct,
    100 * (1 / (1 + epochs.change_pct / 100) - 1) as actual_relief_pct,
    forecasts.estimated_change_pct - epochs.change_pct as error_pct,
    (epoch(forecasts.estimated_retarget_at) - epoch(epochs.in_force_from_at)) / 3600 as error_hours,
    epochs.change_pct is not null as is_scored,
    greatest(forecasts.known_at, epochs.known_at) as known_at,
    greatest(forecasts.provenance, epochs.provenance) as provenance
from forecasts
left join {{ ref('int_onchain__span_epochs') }} as epochs
    on
        forecasts.asset = epochs.asset
        and forecasts.next_retarget_height = epochs.start_height
