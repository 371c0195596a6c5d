-- When were positions closed by force, which side, and what did the price do meanwhile?
-- Sizes are lower bounds: most venues do not tell single liquidations. detected_at is the first moment
-- anybody could have seen the cascade; return_ratio can have turned since its start.
select
    started_at,
    detected_at,
    ended_at,
    liquidated_side,
    long_usd,
    short_usd,
    intensity_ratio,
    return_ratio,
    active_minutes,
    venues
from marts.fct_liquidation_cascade
where asset = 'BTC'
order by started_at
