select
    session_date,
    exchange,
    open_at,
    close_at,
    -- The far end of time is no clock: with it nobody can say which session should have been reported.
    nullif({{ as_of_at() }}, timestamp '9999-12-31 00:00:00') as clock_at,
    is_early_close,
    min(session_date) over (
        partition by exchange, date_trunc('month', session_date)
    ) as first_session_of_month_date
from {{ ref('market_sessions') }}
where close_at <= {{ as_of_at() }}
