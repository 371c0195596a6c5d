-- Where did the option market put 60,000 for the end of February?
-- probability_below_ratio is what prices say, risk-neutral: not a forecast, and not what open interest
-- says. The share of puts at or below the strike says where contracts lie, not what anybody expects. NULL
-- has its reason beside it.
select
    snapshot_at,
    strike_price,
    probability_below_ratio,
    probability_reason,
    put_open_interest_coins,
    put_share_at_or_below_ratio,
    put_change_24h_coins
from marts.fct_option_open_interest
where
    venue = 'deribit' and asset = 'BTC' and strike_price = 60000
    and expiry_at = '2026-02-27 08:00' and snapshot_at between '2026-02-04' and '2026-02-08'
order by snapshot_at
