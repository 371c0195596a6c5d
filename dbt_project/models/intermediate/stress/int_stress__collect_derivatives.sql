-- A perpetual of one venue is one thing to everybody; what a vendor sums is of venues of its own choice.
with venues as (
    select
        'open_interest' as metric,
        asset,
        cast(period_start_at as date) as observed_date,
        venue || ' ' || product || ' perpetual' as universe,
        venue as publisher,
        sum(open_interest_usd) as figure,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_derivatives__sample_open_interest') }}
    where
        cadence = 'day'
        and sampling <> 'weekly'
        and contract <> 'dated'
        and snapshot_at >= period_end_at - interval 1 hour
    group by asset, observed_date, universe, publisher

    union all

    -- Whole days alone: a vendor's day has every hour.
    select
        'liquidations' as metric,
        asset,
        cast(period_start_at as date) as observed_date,
        venue || ' ' || product || ' perpetual' as universe,
        venue as publisher,
        sum(long_liquidation_usd + short_liquidation_usd) as figure,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('stg_gate__contract_stats_1h') }}
    group by asset, observed_date, universe, publisher
    having count(long_liquidation_usd + short_liquidation_usd) = 24

    union all

    select
        'liquidations' as metric,
        asset,
        cast(observed_at as date) as observed_date,
        venue || ' ' || product || ' perpetual' as universe,
        venue as publisher,
        sum(coalesce(size_usd, size_coins * price)) as figure,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('stg_deribit_history__liquidation_trades') }}
    where symbol like '%-PERPETUAL'
    group by asset, observed_date, universe, publisher
),

coinalyze as (
    select
        'open_interest' as metric,
        asset,
        cast(period_start_at as date) as observed_date,
        venue || ' ' || product || ' perpetual' as universe,
        'coinalyze' as publisher,
        close_open_interest_usd as figure,
        known_at,
        provenance
    from {{ ref('stg_coinalyze__open_interest_1d') }}

    union all

    select
        'liquidations' as metric,
        asset,
        cast(period_start_at as date) as observed_date,
        venue || ' ' || product || ' perpetual' as universe,
        'coinalyze' as publisher,
        long_liquidation_usd + short_liquidation_usd as figure,
        known_at,
        provenance
    from {{ ref('stg_coinalyze__liquidations_1d') }}
)

select
    metric,
    asset,
    observed_date,
    universe,
    publisher,
    figure,
    known_at,
    provenance
from venues

union all

select
    metric,
    asset,
    observed_date,
    universe,
    publisher,
    figure,
    known_at,
    provenance
from coinalyze

union all

-- A sum is compared over what both sides have that day, and over nothing else.
select
    venues.metric,
    venues.asset,
    venues.observed_date,
    'perpetuals told by both' as universe,
    unnest(['venues', 'coinalyze']) as publisher,
    unnest([sum(venues.figure), sum(coinalyze.figure)]) as figure,
    max(greatest(venues.known_at, coinalyze.known_at)) as known_at,
    max(greatest(venues.provenance, coinalyze.provenance)) as provenance
from venues
inner join coinalyze
    on
        venues.metric = coinalyze.metric
        and venues.asset = coinalyze.asset
        and venues.observed_date = coinalyze.observed_date
        and venues.universe = coinalyze.universe
group by venues.metric, venues.asset, venues.observed_date
having count(*) > 1

union all

select
    'open_interest' as metric,
    asset,
    cast(period_start_at as date) as observed_date,
    'venues of coinglass' as universe,
    'coinglass' as publisher,
    close_open_interest_usd as figure,
    known_at,
    provenance
from {{ ref('stg_coinglass__open_interest_1d') }}

union all

select
    'liquidations' as metric,
    asset,
    cast(period_start_at as date) as observed_date,
    'venues of coinglass' as universe,
    'coinglass' as publisher,
    long_liquidation_usd + short_liquidation_usd as figure,
    known_at,
    provenance
from {{ ref('stg_coinglass__liquidations_1d') }}
