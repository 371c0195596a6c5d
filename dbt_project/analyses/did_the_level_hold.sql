-- Did the round levels hold?
-- Looks back from each day and never ahead. is_held_3d says that three closes in a row were at or above the
-- level and that no hour between them closed below its band; NULL says that hours are missing, which is not
-- no. A level with every close of the last 30 days on one side has no row: nothing was decided there.
select
    observed_date,
    level_price_usd,
    close_price_usd,
    closes_above_in_a_row_days,
    time_above_ratio,
    is_held_1d,
    is_held_3d,
    is_held_7d
from marts.fct_level_hold_daily
where
    asset = 'BTC'
    and level_price_usd between 60000 and 80000
    and observed_date between '2026-02-03' and '2026-02-10'
order by level_price_usd, observed_date
