-- A snapshot without a price has one half of its figures only: it would be in one sum and not in the other.
with hours as (
    select
        date_trunc('hour', stands_at - interval 1 microsecond) as period_start_at,
        venue,
        product,
        symbol,
        asset,
        sampling,
        if(sampling = 'five_minutes', 12, 1) as snapshots_per_hour,
        max(stands_at) as snapshot_at,
        arg_max(open_interest_coins, stands_at) as open_interest_coins,
        arg_max(open_interest_usd, stands_at) as open_interest_usd,
        arg_max(usd_basis, stands_at) as usd_basis,
        count(*) as snapshots_count,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_derivatives__convert_open_interest') }}
    where open_interest_coins is not null and open_interest_usd is not null
    group by period_start_at, venue, product, symbol, asset, sampling
),

-- Contracts that expire are one that rolls: else what is rolled would be opened in the next contract and
-- closed in none. A venue answers for all of them at once, so the last answer of the hour is complete.
contracts as (
    select
        period_start_at,
        venue,
        product,
        if(try_strptime(split_part(symbol, '-', 2), '%d%b%y') is null, symbol, 'dated') as contract,
        asset,
        sampling,
        snapshots_per_hour,
        snapshot_at,
        sum(open_interest_coins) as open_interest_coins,
        sum(open_interest_usd) as open_interest_usd,
        max(usd_basis) as usd_basis,
        -- A second answer within the hour covers no more than the first.
        least(max(snapshots_count), snapshots_per_hour) as snapshots_count,
        max(known_at) as known_at,
        max(provenance) as provenance
    from hours
    group by period_start_at, venue, product, contract, asset, sampling, snapshots_per_hour, snapshot_at
    qualify row_number() over (
        partition by period_start_at, venue, product, contract, asset order by snapshot_at desc
    ) = 1
)

select
    'hour' as cadence,
    period_start_at,
    period_start_at + interval 1 hour as period_end_at,
    venue,
    product,
    contract,
    asset,
    sampling,
    snapshot_at,
    open_interest_coins,
    open_interest_usd,
    usd_basis,
    snapshots_count / snapshots_per_hour as coverage_ratio,
    known_at,
    provenance
from contracts
where sampling <> 'weekly'

union all

select
    'day' as cadence,
    date_trunc('day', period_start_at) as day_start_at,
    date_trunc('day', period_start_at) + interval 1 day as period_end_at,
    venue,
    product,
    contract,
    asset,
    sampling,
    max(snapshot_at) as snapshot_at,
    arg_max(open_interest_coins, snapshot_at) as open_interest_coins,
    arg_max(open_interest_usd, snapshot_at) as open_interest_usd,
    arg_max(usd_basis, snapshot_at) as usd_basis,
    -- A weekly report is all there is to be had on its day.
    sum(snapshots_count) / if(sampling = 'weekly', 1, 24 * snapshots_per_hour) as coverage_ratio,
    max(known_at) as known_at,
    max(provenance) as provenance
from contracts
group by day_start_at, venue, product, contract, asset, sampling, snapshots_per_hour
