with printed as (
    select
        venue,
        symbol,
        asset,
        funding_at,
        1 as preference,
        interval_hours,
        funding_rate_ratio,
        null::double as announced_rate_ratio,
        known_at,
        provenance
    from {{ ref('stg_binance_vision__um_funding') }}

    union all by name

    select
        venue,
        symbol,
        asset,
        funding_at,
        2 as preference,
        funding_rate_ratio,
        known_at,
        provenance
    from {{ ref('stg_binance_futures__funding_rate') }}

    union all by name

    select
        venue,
        symbol,
        asset,
        funding_at,
        1 as preference,
        interval_hours,
        funding_rate_ratio,
        known_at,
        provenance
    from {{ ref('stg_bybit__funding') }}

    union all by name

    select
        venue,
        symbol,
        asset,
        funding_at,
        1 as preference,
        interval_hours,
        funding_rate_ratio,
        announced_rate_ratio,
        known_at,
        provenance
    from {{ ref('stg_okx__funding') }}

    union all by name

    select
        venue,
        symbol,
        asset,
        funding_at,
        2 as preference,
        interval_hours,
        funding_rate_ratio,
        known_at,
        provenance
    from {{ ref('stg_okx__funding_files') }}

    union all by name

    select
        venue,
        symbol,
        asset,
        funding_at,
        1 as preference,
        interval_hours,
        funding_rate_ratio,
        known_at,
        provenance
    from {{ ref('stg_deribit__funding_1h') }}

    union all by name

    select
        venue,
        symbol,
        asset,
        funding_at,
        1 as preference,
        interval_hours,
        funding_rate_ratio,
        known_at,
        provenance
    from {{ ref('stg_hyperliquid__funding_1h') }}
),

-- A payment printed without its interval has the time since the one before it, if that is a length in use. A
-- longer one is a gap in the data, and a rate over a guessed interval would be off by a factor.
timed as (
    select
        venue,
        symbol,
        asset,
        funding_at,
        preference,
        coalesce(
            interval_hours,
            case
                when epoch(funding_at - lag(funding_at) over walk) in (3600, 7200, 14400, 28800)
                    then epoch(funding_at - lag(funding_at) over walk) / 3600
            end
        ) as interval_hours,
        funding_rate_ratio,
        announced_rate_ratio,
        case
            when interval_hours is null then greatest(known_at, lag(known_at) over walk) else known_at
        end as known_at,
        provenance
    from printed
    window walk as (partition by venue, symbol, preference order by funding_at)
)

-- A payment that the monthly file only repeats was known since the interface gave it.
select
    venue,
    symbol,
    asset,
    funding_at,
    interval_hours,
    funding_rate_ratio,
    announced_rate_ratio,
    min(known_at) over (
        partition by venue, symbol, funding_at, interval_hours, funding_rate_ratio
    ) as known_at,
    provenance
from timed
qualify row_number() over (partition by venue, symbol, funding_at order by preference) = 1
