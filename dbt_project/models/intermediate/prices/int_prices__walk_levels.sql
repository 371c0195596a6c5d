{%- set hold = 3 -%}
-- Above or below is settled by whole hours, before a trade within one is looked at.
with hours as (
    select
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
        candles.period_start_at,
        candles.period_end_at,
        candles.open_price,
        candles.high_price,
        candles.low_price,
        candles.close_price,
        lag(candles.high_price) over walk as previous_high_price,
        -- Of the two extremes, the nearer to the open is taken to have come first.
        candles.high_price - candles.open_price <= candles.open_price - candles.low_price as is_high_first,
        -- Closed above the band, and not one trade at the level or below in the hours since.
        coalesce(
            lag(candles.close_price, {{ hold }}) over walk > levels.break_price
            and min(candles.low_price) over held > levels.level_price,
            false
        ) as is_broken,
        candles.close_price < levels.touch_price as is_lost,
        first_value(candles.open_price) over walk > levels.level_price as began_above,
        greatest(levels.known_at, max(candles.known_at) over walk) as known_at,
        greatest(levels.provenance, max(candles.provenance) over walk) as provenance
    from {{ ref('int_prices__find_levels') }} as levels
    inner join {{ ref('int_prices__collect_hours') }} as candles
        on
            levels.asset = candles.asset
            and levels.venue = candles.venue
            and levels.quote_currency = candles.quote_currency
            and levels.level_known_at <= candles.period_start_at
            and coalesce(levels.expires_at >= candles.period_end_at, true)
    where candles.known_at >= candles.period_end_at
    window
        walk as (
            partition by
                levels.asset, levels.venue, levels.quote_currency,
                levels.level_kind, levels.level_price, levels.level_known_at
            order by candles.period_start_at
        ),
        held as (
            partition by
                levels.asset, levels.venue, levels.quote_currency,
                levels.level_kind, levels.level_price, levels.level_known_at
            order by candles.period_start_at
            rows between {{ hold - 1 }} preceding and current row
        )
)

select
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
    {{ hold }} as hold_hours_count,
    period_start_at,
    period_end_at,
    open_price,
    case when is_high_first then high_price else low_price end as second_price,
    case when is_high_first then low_price else high_price end as third_price,
    close_price,
    is_broken,
    is_lost,
    coalesce(
        last_value(case when is_broken then true when is_lost then false end ignore nulls) over (
            partition by asset, venue, quote_currency, level_kind, level_price, level_known_at
            order by period_start_at
            rows between unbounded preceding and 1 preceding
        ),
        began_above
    ) as is_above_before,
    -- A touch and a fall in one hour, which the close does not put in order.
    high_price >= touch_price and low_price <= rejection_price and close_price > rejection_price
        as is_intrabar_ambiguous,
    known_at,
    provenance
from hours
-- Hours that say nothing of the level are left out: above it and not lost, or below it for the second time.
qualify
    case
        when is_above_before then is_lost
        else greatest(high_price, previous_high_price) > rejection_price
    end
