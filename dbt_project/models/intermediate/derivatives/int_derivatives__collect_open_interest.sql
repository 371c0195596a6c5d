select
    venue,
    'linear' as product,
    symbol,
    asset,
    period_end_at as stands_at,
    'five_minutes' as sampling,
    1 as preference,
    null::double as contracts,
    open_interest_coins as coins,
    null::double as usd,
    open_interest_quote / nullif(open_interest_coins, 0) as own_mark_usd,
    'usdt_at_par' as own_mark_basis,
    known_at,
    provenance
from {{ ref('stg_binance_vision__um_metrics_5m') }}

union all by name

select
    venue,
    product,
    symbol,
    asset,
    period_end_at as stands_at,
    'five_minutes' as sampling,
    2 as preference,
    open_interest_coins as coins,
    open_interest_quote / nullif(open_interest_coins, 0) as own_mark_usd,
    'usdt_at_par' as own_mark_basis,
    known_at,
    provenance
from {{ ref('stg_binance_futures__open_interest_history_5m') }}

union all by name

select
    venue,
    product,
    symbol,
    asset,
    observed_at as stands_at,
    'hourly' as sampling,
    1 as preference,
    open_interest_coins as coins,
    open_interest_usd as usd,
    known_at,
    provenance
from {{ ref('stg_bybit__open_interest_1h') }}

union all by name

select
    venue,
    product,
    symbol,
    asset,
    observed_at as stands_at,
    'hourly' as sampling,
    1 as preference,
    open_interest_contracts as contracts,
    open_interest_usd / nullif(open_interest_coins, 0) as own_mark_usd,
    'usd' as own_mark_basis,
    known_at,
    provenance
from {{ ref('stg_okx__open_interest_1h') }}

union all by name

select
    venue,
    product,
    symbol,
    asset,
    period_end_at as stands_at,
    'hourly' as sampling,
    1 as preference,
    open_interest_contracts as contracts,
    mark_price as own_mark_usd,
    'usdt_at_par' as own_mark_basis,
    known_at,
    provenance
from {{ ref('stg_gate__contract_stats_1h') }}

union all by name

select
    venue,
    product,
    symbol,
    asset,
    observed_at as stands_at,
    'on_asking' as sampling,
    1 as preference,
    open_interest_coins as coins,
    open_interest_usd as usd,
    mark_price as own_mark_usd,
    case product when 'linear' then 'usdc_at_par' else 'usd' end as own_mark_basis,
    known_at,
    provenance
from {{ ref('stg_deribit__futures_summary') }}

union all by name

select
    venue,
    product,
    symbol,
    asset,
    observed_at as stands_at,
    'on_asking' as sampling,
    1 as preference,
    open_interest_coins as coins,
    mark_price as own_mark_usd,
    'usdc_at_par' as own_mark_basis,
    known_at,
    provenance
from {{ ref('stg_hyperliquid__asset_contexts') }}

union all by name

select
    venue,
    'linear' as product,
    contract_code as symbol,
    asset,
    observed_at as stands_at,
    'weekly' as sampling,
    1 as preference,
    open_interest_contracts as contracts,
    known_at,
    provenance
from {{ ref('stg_cftc__tff_weekly') }}
