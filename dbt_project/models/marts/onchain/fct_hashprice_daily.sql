with prices as (
    select
        observed_date,
        asset,
        mean_price_usd,
        close_price_usd,
        price_hours_count,
        known_at,
        provenance
    from {{ ref('int_onchain__average_prices') }}
),

-- A retarget within the day leaves two difficulties, each in force for its seconds.
spans as (
    select
        prices.observed_date,
        prices.asset,
        epochs.start_height,
        epochs.difficulty,
        epochs.in_force_to_at >= prices.observed_date + interval 1 day as is_at_close,
        epoch(least(epochs.in_force_to_at, prices.observed_date + interval 1 day))
        - epoch(greatest(epochs.in_force_from_at, prices.observed_date)) as seconds_in_force,
        epochs.known_at,
        epochs.provenance
    from prices
    inner join {{ ref('int_onchain__span_epochs') }} as epochs
        on
            prices.asset = epochs.asset
            and epochs.in_force_from_at < prices.observed_date + interval 1 day
            and prices.observed_date < epochs.in_force_to_at
),

difficulties as (
    select
        observed_date,
        asset,
        case
            when sum(seconds_in_force) = 86400 then sum(difficulty * seconds_in_force) / 86400
        end as mean_difficulty,
        arg_max(difficulty, start_height) filter (where is_at_close) as close_difficulty,
        {{ block_subsidy_coins('max(start_height)') }} as subsidy_at_start_coins,
        {{ block_subsidy_coins('max(start_height) + 2015') }} as subsidy_at_end_coins,
        max(known_at) as known_at,
        max(provenance) as provenance
    from spans
    group by observed_date, asset
),

-- The other way round: the hashrate is what the day's blocks took.
blocks as (
    select
        cast(observed_at as date) as observed_date,
        asset,
        count(*) as blocks_count,
        avg({{ block_subsidy_coins('height') }}) as mean_subsidy_coins,
        sum(difficulty) as work_difficulty,
        min(difficulty) as lowest_difficulty,
        max(difficulty) as highest_difficulty,
        sum({{ block_subsidy_coins('height') }} + fees_coins) as mined_coins,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('stg_mempool_space__blocks') }}
    group by cast(observed_at as date), asset
),

joined as (
    select
        prices.observed_date,
        prices.asset,
        difficulties.mean_difficulty,
        difficulties.close_difficulty,
        -- Without a block of the day, the heights its epoch can have; a halving among them leaves no answer.
        case
            when blocks.mean_subsidy_coins is not null then blocks.mean_subsidy_coins
            when fees.last_height is not null then {{ block_subsidy_coins('fees.last_height') }}
            when difficulties.subsidy_at_start_coins = difficulties.subsidy_at_end_coins
                then difficulties.subsidy_at_start_coins
        end as subsidy_coins,
        fees.mean_fees_coins,
        fees.fee_blocks_count,
        fees.fees_source,
        prices.mean_price_usd,
        prices.close_price_usd,
        prices.price_hours_count,
        blocks.blocks_count,
        blocks.mined_coins,
        blocks.work_difficulty,
        blocks.lowest_difficulty,
        blocks.highest_difficulty,
        greatest(prices.known_at, difficulties.known_at, fees.known_at, blocks.known_at) as known_at,
        greatest(
            prices.provenance, difficulties.provenance, fees.provenance, blocks.provenance
        ) as provenance
    from prices
    inner join difficulties
        on
            prices.observed_date = difficulties.observed_date
            and prices.asset = difficulties.asset
    left join {{ ref('int_onchain__average_fees') }} as fees
        on
            prices.observed_date = fees.observed_date
            and prices.asset = fees.asset
    left join blocks
        on
            prices.observed_date = blocks.observed_date
            and prices.asset = blocks.asset
)

select
    observed_date,
    asset,
    {{ hashprice('mean_difficulty', 'subsidy_coins + mean_fees_coins', 'mean_price_usd') }}
        as hashprice_usd_per_ph_day,
    {{ hashprice('close_difficulty', 'subsidy_coins + mean_fees_coins', 'close_price_usd') }}
        as hashprice_at_close_usd_per_ph_day,
    {{ hashprice('mean_difficulty', 'subsidy_coins', 'mean_price_usd') }}
        as hashprice_without_fees_usd_per_ph_day,
    {{ hashprice('mean_difficulty', 'subsidy_coins + mean_fees_coins', '1e8') }} as hashprice_sats_per_ph_day,
    mined_coins * mean_price_usd / (work_difficulty * 4294967296 / 86400e15)
        as hashprice_by_blocks_usd_per_ph_day,
    mean_difficulty,
    close_difficulty,
    subsidy_coins,
    mean_fees_coins,
    fee_blocks_count,
    fees_source,
    mean_price_usd,
    close_price_usd,
    price_hours_count,
    blocks_count,
    mined_coins,
    work_difficulty * 4294967296 / 86400e18 as hashrate_by_blocks_eh_s,
    price_hours_count = 24 as is_every_hour_priced,
    -- Around a retarget: by its stamp a block may stand on the other side of midnight, and blocks may land
    -- before the retarget they follow does.
    coalesce(mean_difficulty <> close_difficulty, true)
    or coalesce(lowest_difficulty <> highest_difficulty, false)
    or coalesce(abs(highest_difficulty / close_difficulty - 1) > 1e-9, false) as is_difficulty_mixed,
    known_at,
    provenance
from joined
