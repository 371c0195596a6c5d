-- What did the rebound of 6 February go with, and what stays unexplained?
-- Associated shares, no causes; they may be negative or above one and add up to one with the residual.
-- Where reading says not identified, reason says why, and the share must not be quoted.
select
    window_kind,
    variant,
    component,
    share_ratio,
    share_low_ratio,
    share_high_ratio,
    reading,
    reason,
    observations_count
from marts.fct_rebound_attribution
where asset = 'BTC' and window_started_at between '2026-02-05' and '2026-02-07'
order by window_kind, variant, component
