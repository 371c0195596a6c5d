-- A level is looked at from below (resistance) and from above (support). For the second all prices are turned
-- upside down, below zero, so that what comes down to a support comes up to it and one rule tells both.
-- A bar that was still running when it was taken proves nothing: its close is none.
with bars as (
    select
        60 as bar_minutes,
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        known_at,
        provenance
    from {{ ref('int_prices__collect_hours') }}
    where known_at >= period_end_at

    union all

    select
        resolution_minutes as bar_minutes,
        period_start_at,
        period_end_at,
        asset,
        venue,
        quote_currency,
        open_price,
        high_price,
        low_price,
        close_price,
        known_at,
        provenance
    from {{ ref('int_prices__collect_bars') }}
    where resolution_minutes = 1 and known_at >= period_end_at
)

select
    bars.bar_minutes,
    sides.level_side,
    sides.sign,
    bars.period_start_at,
    bars.period_end_at,
    bars.asset,
    bars.venue,
    bars.quote_currency,
    sides.sign * bars.open_price as open_price,
    case sides.level_side when 'support' then -bars.low_price else bars.high_price end as high_price,
    case sides.level_side when 'support' then -bars.high_price else bars.low_price end as low_price,
    sides.sign * bars.close_price as close_price,
    bars.known_at,
    bars.provenance
from bars
cross join (values ('resistance', 1), ('support', -1)) as sides (level_side, sign)
