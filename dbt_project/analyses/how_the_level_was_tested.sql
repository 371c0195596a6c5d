-- What became of the tests of 70,000, event by event?
-- A test counts when it has failed, not when it is touched; confirmed_at is the first moment anybody could
-- have known. is_intrabar_ambiguous marks events whose order within a bar was assumed.
select
    venue,
    bar_minutes,
    level_side,
    event_number,
    opened_at,
    confirmed_at,
    state,
    failed_tests_count,
    is_intrabar_ambiguous
from marts.fct_level_test
where
    asset = 'BTC' and venue = 'binance' and level_kind = 'round' and level_price = 70000
    and opened_at between '2026-02-05' and '2026-02-08'
order by bar_minutes, level_side, event_number
