-- A source is who first says a figure: a copy of the same print under another address is no second opinion.
select
    'etf_flow' as metric,
    asset,
    session_date as observed_date,
    'all' as universe,
    'sosovalue' as publisher,
    flow_usd as figure,
    known_at,
    provenance
from {{ ref('stg_sosovalue__etf_flow_totals') }}

union all

select
    'etf_flow' as metric,
    asset,
    session_date as observed_date,
    'all' as universe,
    'farside' as publisher,
    flow_usd as figure,
    known_at,
    provenance
from {{ ref('stg_farside__btc_flows') }}
where fund = 'total'

union all

select
    'etf_flow' as metric,
    asset,
    session_date as observed_date,
    'all' as universe,
    'coinglass' as publisher,
    flow_usd as figure,
    known_at,
    provenance
from {{ ref('stg_coinglass__etf_flows_1d') }}
where ticker = 'TOTAL'

union all

select
    'mvrv' as metric,
    asset,
    observed_date,
    'all' as universe,
    'bgeometrics' as publisher,
    mvrv_ratio as figure,
    known_at,
    provenance
from {{ ref('stg_bgeometrics__mvrv') }}

union all

select
    'mvrv' as metric,
    asset,
    observed_date,
    'all' as universe,
    'coinmetrics' as publisher,
    mvrv_ratio as figure,
    known_at,
    provenance
from {{ ref('stg_coinmetrics__asset_metrics_1d') }}

union all

select
    'hashrate' as metric,
    asset,
    observed_date,
    'all' as universe,
    'coinmetrics' as publisher,
    hashrate_eh_s as figure,
    known_at,
    provenance
from {{ ref('stg_coinmetrics__asset_metrics_1d') }}

union all

select
    'hashrate' as metric,
    asset,
    observed_date,
    'all' as universe,
    'mempool_space' as publisher,
    hashrate_eh_s as figure,
    known_at,
    provenance
from {{ ref('stg_mempool_space__hashrates') }}

union all

select
    'hashrate' as metric,
    asset,
    observed_date,
    'all' as universe,
    'blockchain_info' as publisher,
    hashrate_eh_s as figure,
    known_at,
    provenance
from {{ ref('stg_blockchain_info__hash_rate') }}

union all

-- The day a retarget falls on has two difficulties, and a daily series means either.
select
    'difficulty' as metric,
    daily.asset,
    daily.observed_date,
    'all' as universe,
    unnest(['blockchain_info', 'mempool_space']) as publisher,
    unnest([daily.difficulty, epochs.difficulty]) as figure,
    greatest(daily.known_at, epochs.known_at) as known_at,
    greatest(daily.provenance, epochs.provenance) as provenance
from {{ ref('stg_blockchain_info__difficulty') }} as daily
asof inner join {{ ref('stg_mempool_space__difficulty_adjustments') }} as epochs
    on daily.asset = epochs.asset and daily.period_end_at > epochs.observed_at
where
    epochs.observed_at < daily.period_start_at
    and daily.period_end_at < epochs.observed_at + interval 15 day

union all

select
    'vix' as metric,
    asset,
    observed_date,
    'all' as universe,
    'cboe' as publisher,
    close_points as figure,
    known_at,
    provenance
from {{ ref('stg_cboe__vix_daily') }}

union all

select
    case asset when 'VIX' then 'vix' else 'sp500' end as metric,
    asset,
    session_date as observed_date,
    'all' as universe,
    'yahoo' as publisher,
    close_price as figure,
    known_at,
    provenance
from {{ ref('stg_yahoo__chart_1d') }}
where asset in ('VIX', 'SPX')

union all

select
    case series when 'VIXCLS' then 'vix' when 'SP500' then 'sp500' else 'yield_10y' end as metric,
    case series when 'VIXCLS' then 'VIX' when 'SP500' then 'SPX' else 'UST10Y' end as asset,
    observed_date,
    'all' as universe,
    'fred' as publisher,
    figure,
    known_at,
    provenance
from (
    select
        series,
        observed_date,
        value as figure,
        known_at,
        provenance
    from {{ ref('stg_fred__series_daily') }}

    union all

    select
        series,
        observed_date,
        value as figure,
        known_at,
        provenance
    from {{ ref('stg_fred_third_party__series_daily') }}
) as fred
where series in ('VIXCLS', 'SP500', 'DGS10')

union all

select
    'yield_10y' as metric,
    'UST10Y' as asset,
    observed_date,
    'all' as universe,
    'treasury' as publisher,
    par_yield_pct as figure,
    known_at,
    provenance
from {{ ref('stg_treasury__par_yields') }}
where tenor = '10Y'

union all

-- The venues speak as one: how far they lie apart is said beside their median. A USDT at par is no dollar.
select
    'close_price' as metric,
    asset,
    observed_date,
    'all' as universe,
    'composite' as publisher,
    close_price_usd as figure,
    known_at,
    provenance
from {{ ref('fct_price_composite_daily') }}
where is_final and usd_basis = 'usd'

union all

select
    'close_price' as metric,
    asset,
    observed_date,
    'all' as universe,
    'coinmetrics' as publisher,
    price_usd as figure,
    known_at,
    provenance
from {{ ref('stg_coinmetrics__asset_metrics_1d') }}

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
from {{ ref('int_stress__collect_derivatives') }}
