-- Which day definition fits a printed open, low and close?
-- error_usd is the distance of the print from the hours of a day that begins at the offset. The best fit is
-- a guess, not a proof: trust it by how far off the runner-up is.
select
    publisher,
    observed_date,
    utc_offset_hours,
    all_days_fit_rank,
    all_days_error_usd,
    open_error_usd,
    low_error_usd,
    close_error_usd,
    offsets_count
from marts.fct_day_definition_fit
where asset = 'BTC' and all_days_fit_rank <= 3
order by publisher, all_days_fit_rank, observed_date
