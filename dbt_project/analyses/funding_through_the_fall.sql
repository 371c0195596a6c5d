-- What was funding when, and at which venue?
-- Brought to eight hours, as a fraction: positive when longs paid shorts. The row all is weighted by open
-- interest. coverage_ratio says how much of the day's payments landed; announced rates are another column
-- and not these.
select
    observed_date,
    venue,
    rate_8h_ratio,
    annualised_ratio,
    negative_share_ratio,
    coverage_ratio,
    is_below_neutral
from marts.fct_funding_daily
where asset = 'BTC' and observed_date between '2026-02-04' and '2026-02-07'
order by observed_date, venue
