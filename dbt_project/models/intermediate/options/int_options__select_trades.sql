-- An hour is known by its end, like a capture made then.
with hours as (
    select
        venue,
        asset,
        trade_id,
        date_trunc('hour', observed_at) + interval 1 hour as snapshot_at,
        expiry_at,
        strike_price,
        option_type,
        observed_at,
        price_coins,
        iv_ratio,
        index_price,
        size_coins,
        known_at,
        provenance
    from {{ ref('stg_deribit_options__option_trades') }}
    where not is_leg and iv_ratio between 0.05 and 5 and price_coins > 0
),

-- An hour is over when something traded after it.
newest as (
    select
        venue,
        asset,
        max(observed_at) as observed_at
    from hours
    group by venue, asset
),

-- A capture at the end of an hour is of that hour.
captured as (
    select distinct
        venue,
        asset,
        date_trunc('hour', snapshot_at - interval 1 microsecond) + interval 1 hour as snapshot_at
    from {{ ref('int_options__quotes') }}
    where reject_reason is null
)

select
    hours.venue,
    hours.asset,
    hours.trade_id,
    hours.snapshot_at,
    hours.expiry_at,
    hours.strike_price,
    hours.option_type,
    hours.price_coins,
    hours.iv_ratio,
    hours.index_price,
    hours.size_coins,
    (epoch_us(hours.expiry_at) - epoch_us(hours.observed_at)) / 31536e9 as years_to_trade_expiry,
    (epoch_us(hours.expiry_at) - epoch_us(hours.snapshot_at)) / 31536e9 as years_to_expiry,
    greatest(hours.known_at, hours.snapshot_at) as known_at,
    hours.provenance
from hours
inner join newest
    on
        hours.venue = newest.venue
        and hours.asset = newest.asset
        and hours.snapshot_at <= newest.observed_at
anti join captured
    on
        hours.venue = captured.venue
        and hours.asset = captured.asset
        and hours.snapshot_at = captured.snapshot_at
where hours.snapshot_at < hours.expiry_at
