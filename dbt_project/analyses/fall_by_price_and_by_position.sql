-- How much of each fall of open interest was price, how much was positions?
-- A fall is told in coins, from the frozen peak to the lowest day so far. price_share_ratio is by size,
-- whatever the signs: read it beside the two effects. trough_date is NULL while the episode is open and the
-- trough can still move.
select
    detected_date,
    peak_date,
    trough_so_far_date,
    trough_date,
    depth_ratio,
    depth_usd,
    position_effect_usd,
    price_effect_usd,
    price_effect_share_ratio as price_share_ratio,
    close_reason
from marts.fct_deleveraging_episode
where asset = 'BTC' and threshold_rule = 'fixed_8_pct'
order by detected_date
