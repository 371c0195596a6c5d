-- Which ETF flows could a reader have known at 05:00 UTC on 6 February?
-- The predicate on known_from_at and known_to_at works in every tool and at any moment, not only at the
-- instants that have a schema of their own. In DuckDB itself as_of.etf_flow(timestamp '…') says the same.
select
    session_date,
    flow_usd,
    vintage_number,
    known_from_at,
    is_known_at_estimated,
    provenance
from vintages.etf_flow
where
    known_from_at <= timestamp '2026-02-06 05:00'
    and timestamp '2026-02-06 05:00' < known_to_at
    and session_date >= '2026-02-01'
order by session_date
