with snapshots as (
    select
        'hour' as cadence,
        date_trunc('hour', period_end_at - interval 1 microsecond) as period_start_at,
        interval 1 hour as period_length,
        12 as snapshots_per_period,
        period_end_at as snapshot_at,
        symbol,
        asset,
        venue,
        open_interest_coins,
        open_interest_quote,
        known_at,
        provenance
    from {{ ref('stg_binance_vision__um_metrics_5m') }}

    union all

    select
        'day' as cadence,
        date_trunc('day', period_end_at - interval 1 microsecond) as period_start_at,
        interval 1 day as period_length,
        288 as snapshots_per_period,
        period_end_at as snapshot_at,
        symbol,
        asset,
        venue,
        open_interest_coins,
        open_interest_quote,
        known_at,
        provenance
    from {{ ref('stg_binance_vision__um_metrics_5m') }}
),

samples as (
    select
        cadence,
        period_start_at,
        period_start_at + period_length as period_end_at,
        symbol,
        asset,
        venue,
        max(snapshot_at) as snapshot_at,
        arg_max(open_interest_coins, snapshot_at) as open_interest_coins,
        -- Linear contracts margined in USDT, counted as one dollar; the marts say so in usd_basis.
        arg_max(open_interest_quote, snapshot_at) as open_interest_usd,
        count(*) as snapshots_count,
        snapshots_per_period,
        max(known_at) as known_at,
        max(provenance) as provenance
    from snapshots
    group by cadence, period_start_at, period_length, snapshots_per_period, symbol, asset, venue
)

select
    cadence,
    period_start_at,
    period_end_at,
    symbol,
    asset,
    venue,
    snapshot_at,
    open_interest_coins,
    open_interest_usd,
    open_interest_usd / nullif(open_interest_coins, 0) as mark_price_usd,
    snapshots_count,
    snapshots_per_period,
    known_at,
    provenance
from samples
