{%- set hold_hours = 3 -%}
{%- set hold_bars = hold_hours ~ ' * 60 // bar_minutes' -%}
-- What a bar says of any level: the one before it, and the close that a break would have to hold since.
with bars as (
    select
        bar_minutes,
        level_side,
        asset,
        venue,
        quote_currency,
        period_start_at,
        period_end_at,
        open_price,
        high_price,
        low_price,
        close_price,
        lag(period_start_at) over walk as previous_start_at,
        lag(high_price) over walk as previous_high_price,
        lag(close_price) over walk as previous_close_price,
        lag(period_start_at, {{ hold_bars }}) over walk as settled_at,
        lag(close_price, {{ hold_bars }}) over walk as settled_price,
        lag(low_price, {{ hold_bars }}) over walk as settled_low_price,
        min(low_price) over held as held_price,
        lag(period_start_at, {{ hold_bars }} + 1) over walk as previous_settled_at,
        lag(close_price, {{ hold_bars }} + 1) over walk as previous_settled_price,
        known_at,
        max(known_at) over held as held_known_at,
        provenance,
        max(provenance) over held as held_provenance
    from {{ ref('int_prices__collect_level_bars') }}
    window
        walk as (
            partition by bar_minutes, level_side, asset, venue, quote_currency order by period_start_at
        ),
        held as (
            partition by bar_minutes, level_side, asset, venue, quote_currency order by period_start_at
            rows between {{ hold_bars }} - 1 preceding and current row -- noqa: PRS
        )
),

-- A level for each day it is looked at: joined by day it meets its own bars only, not all there ever were.
watched as (
    select
        bar_minutes,
        level_side,
        asset,
        venue,
        quote_currency,
        unnest(range(date_trunc('day', level_known_at), watched_until_at, interval 1 day)) as watched_at,
        watched_until_at,
        level_kind,
        level_price,
        level_known_at,
        expires_at,
        touch_price,
        rejection_price,
        break_price,
        band_ratio,
        pullback_ratio,
        level_number,
        known_at,
        provenance
    from {{ ref('int_prices__find_levels') }}
),

-- Above or below is settled by whole bars, before a trade within one is looked at. Nearly all bars repeat
-- what the one before them said of the level, and are left out here, before anything is put in order.
told as (
    select
        levels.bar_minutes,
        levels.level_side,
        levels.asset,
        levels.venue,
        levels.quote_currency,
        levels.level_kind,
        levels.level_price,
        levels.level_known_at,
        levels.expires_at,
        levels.touch_price,
        levels.rejection_price,
        levels.band_ratio,
        levels.pullback_ratio,
        levels.level_number,
        bars.period_start_at,
        bars.period_end_at,
        bars.open_price,
        bars.high_price,
        bars.low_price,
        bars.close_price,
        -- Closed above the band, and not one trade at the level or below in the bars since.
        bars.settled_at >= levels.level_known_at
        and bars.settled_price > levels.break_price
        and bars.held_price > levels.level_price as is_broken,
        bars.close_price < levels.touch_price as is_lost,
        greatest(levels.known_at, if(is_broken, bars.held_known_at, bars.known_at)) as known_at,
        greatest(levels.provenance, if(is_broken, bars.held_provenance, bars.provenance)) as provenance
    from watched as levels
    inner join bars
        on
            date_trunc('day', bars.period_start_at) = levels.watched_at
            and levels.bar_minutes = bars.bar_minutes
            and levels.level_side = bars.level_side
            and levels.asset = bars.asset
            and levels.venue = bars.venue
            and levels.quote_currency = bars.quote_currency
            and levels.level_known_at <= bars.period_start_at
            and levels.watched_until_at >= bars.period_end_at
    where
        bars.previous_start_at is null
        or bars.previous_start_at < levels.level_known_at
        or (is_lost and bars.previous_close_price >= levels.touch_price)
        -- The bar before it was broken already if its own settled close, one earlier, was above, too.
        or (is_broken and not coalesce(
            bars.previous_settled_at >= levels.level_known_at
            and bars.previous_settled_price > levels.break_price
            and bars.settled_low_price > levels.level_price,
            false
        ))
        or (
            greatest(bars.high_price, bars.previous_high_price) > levels.rejection_price
            and (bars.low_price <= levels.rejection_price or bars.previous_close_price < levels.touch_price)
        )
),

walked as (
    select
        bar_minutes,
        level_side,
        asset,
        venue,
        quote_currency,
        level_kind,
        level_price,
        level_known_at,
        expires_at,
        touch_price,
        rejection_price,
        band_ratio,
        pullback_ratio,
        level_number,
        period_start_at,
        period_end_at,
        open_price,
        high_price,
        low_price,
        close_price,
        -- Of the two extremes, the nearer to the open is taken to have come first.
        high_price - open_price <= open_price - low_price as is_high_first,
        is_broken,
        is_lost,
        coalesce(
            last_value(case when is_broken then true when is_lost then false end ignore nulls) over (
                partition by level_number order by period_start_at
                rows between unbounded preceding and 1 preceding
            ),
            first_value(open_price) over walk > level_price
        ) as is_above_before,
        max(known_at) over walk as known_at,
        max(provenance) over walk as provenance
    from told
    window walk as (partition by level_number order by period_start_at)
)

select
    bar_minutes,
    level_side,
    asset,
    venue,
    quote_currency,
    level_kind,
    level_price,
    level_known_at,
    expires_at,
    touch_price,
    rejection_price,
    band_ratio,
    pullback_ratio,
    level_number,
    {{ hold_hours }} as hold_hours_count,
    period_start_at,
    period_end_at,
    open_price,
    case when is_high_first then high_price else low_price end as second_price,
    case when is_high_first then low_price else high_price end as third_price,
    close_price,
    is_broken,
    is_lost,
    is_above_before,
    -- A touch and a fall in one bar, which the close does not put in order.
    high_price >= touch_price and low_price <= rejection_price and close_price > rejection_price
        as is_intrabar_ambiguous,
    known_at,
    provenance
from walked
-- Above the level a bar says something of it only where it loses it.
where is_lost or not is_above_before
