-- Blocks of the day themselves come first; the rest stands in where they did not land. A mean over few blocks
-- is still a mean over blocks: how many says the row.
with days as (
    select
        1 as preference,
        'mempool_space.blocks' as fees_source,
        cast(observed_at as date) as observed_date,
        asset,
        avg(fees_coins) as mean_fees_coins,
        count(*) as fee_blocks_count,
        max(height) as last_height,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('stg_mempool_space__blocks') }}
    group by cast(observed_at as date), asset
    union all
    select
        2 as preference,
        'mempool_space.block_fees' as fees_source,
        cast(observed_at as date) as observed_date,
        asset,
        avg(fees_coins) as mean_fees_coins,
        count(*) as fee_blocks_count,
        max(height) as last_height,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('stg_mempool_space__block_fees') }}
    group by cast(observed_at as date), asset
    union all
    -- The last poll of a day looks back over 144 blocks, which is nearest to the day.
    select
        3 as preference,
        'mempool_space.reward_stats_144' as fees_source,
        cast(observed_at as date) as observed_date,
        asset,
        arg_max(fees_coins / (end_height - start_height + 1), observed_at) as mean_fees_coins,
        arg_max(end_height - start_height + 1, observed_at) as fee_blocks_count,
        arg_max(end_height, observed_at) as last_height,
        arg_max(known_at, observed_at) as known_at,
        arg_max(provenance, observed_at) as provenance
    from {{ ref('stg_mempool_space__reward_stats_144') }}
    group by cast(observed_at as date), asset
    union all
    select
        4 as preference,
        'coinmetrics.asset_metrics_1d' as fees_source,
        observed_date,
        asset,
        fees_coins / blocks_count as mean_fees_coins,
        blocks_count as fee_blocks_count,
        null as last_height,
        known_at,
        provenance
    from {{ ref('stg_coinmetrics__asset_metrics_1d') }}
    where fees_coins is not null and blocks_count > 0
)

select
    observed_date,
    asset,
    mean_fees_coins,
    fee_blocks_count,
    last_height,
    fees_source,
    known_at,
    provenance
from days
qualify row_number() over (partition by observed_date, asset order by preference) = 1
