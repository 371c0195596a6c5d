{{ config(materialized='rollup') }}
-- A day's coins all cost that day's close, so the set is added up by day here and priced afterwards: a price
-- that is revised remakes no day. Which file counts depends on the moment, and is for stg_utxo__birth_days.
select
    'BTC' as asset,
    observed_at,
    cast(created_at as date) as created_date,
    min(height) as first_height,
    max(height) as last_height,
    count(*) as outputs_count,
    cast(sum(value_sats) as bigint) as value_sats,
    is_known_at_estimated,
    is_possibly_restated,
    known_at,
    provenance,
    _capture_id,
    _fetched_at
from {{ source('utxo', 'unspent_outputs') }}
group by
    observed_at, cast(created_at as date),
    is_known_at_estimated, is_possibly_restated, known_at, provenance, _capture_id, _fetched_at
