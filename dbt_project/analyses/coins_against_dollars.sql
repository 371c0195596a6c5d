-- Did open interest fall because positions were closed, or because each coin was worth less?
-- Dollars mix the two. position_effect_usd is what was opened or closed, price_effect_usd what the price
-- did to what stayed; they add up to change_usd. On a day on which the signs of change_coins and change_usd
-- differ, dollars tell the wrong story.
select
    observed_date,
    close_price_usd,
    change_coins,
    change_usd,
    position_effect_usd,
    price_effect_usd,
    quadrant,
    quadrant_by_usd,
    sign(change_coins) <> sign(change_usd) as is_told_wrongly_by_usd
from marts.fct_deleveraging_daily
where asset = 'BTC' and observed_date between '2026-02-02' and '2026-02-08'
order by observed_date
