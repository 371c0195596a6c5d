-- After a day this bad, how often was the next day up, and in how many cases?
-- Cases are days whose return was three deviations of the year before or worse, at the venue with the
-- longest series. Read cases_count first: with few of them the interval (Wilson, 95 per cent) holds almost
-- everything, and a rate without its n says nothing.
with cases as (
    select
        count(*) as cases_count,
        count(*) filter (where next_day.return_z_ratio > 0) as ups_count,
        min(this_day.observed_date) as first_date,
        max(this_day.observed_date) as last_date
    from marts.fct_price_move as this_day
    inner join marts.fct_price_move as next_day
        on
            this_day.observed_date + 1 = next_day.observed_date
            and this_day.asset = next_day.asset
            and this_day.venue = next_day.venue
            and this_day.quote_currency = next_day.quote_currency
    where
        this_day.asset = 'BTC'
        and this_day.venue = 'coinbase'
        and this_day.quote_currency = 'USD'
        and this_day.return_z_ratio <= -3
        and next_day.return_z_ratio is not null
)

select
    cases_count,
    ups_count,
    ups_count / cases_count as rate_ratio,
    (ups_count + 1.9208 - 1.96 * sqrt(ups_count * (cases_count - ups_count) / cases_count + 0.9604))
    / (cases_count + 3.8416) as wilson_low_ratio,
    (ups_count + 1.9208 + 1.96 * sqrt(ups_count * (cases_count - ups_count) / cases_count + 0.9604))
    / (cases_count + 3.8416) as wilson_high_ratio,
    first_date,
    last_date
from cases
