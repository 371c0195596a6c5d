-- How good were the forecasts of the retarget of 7 February, and which method was best?
-- error_pct is forecast less outcome, in percentage points: below zero expected too deep a cut. A forecast
-- is another fact than the outcome, so both stand. Late forecasts are easier: compare at the same
-- progress_pct.
select
    forecast_at,
    forecast_method,
    progress_pct,
    estimated_change_pct,
    actual_change_pct,
    error_pct,
    error_hours
from marts.fct_difficulty_projection
where
    asset = 'BTC'
    and next_retarget_height = 935424
    and is_scored
    and cast(forecast_at as date) in ('2026-02-01', '2026-02-03', '2026-02-05')
order by forecast_at, forecast_method
