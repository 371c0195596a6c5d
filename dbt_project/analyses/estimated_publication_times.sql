-- Which answers rest on a publication time that was estimated?
-- A value fetched long after the fact is known from the documented hour of publication on, and flagged.
-- Where is_possibly_restated too, it may be a later print in the place of the first: no answer may call it
-- as it stood.
select
    is_known_at_estimated,
    is_possibly_restated,
    count(*) as versions_count,
    count(distinct session_date) as sessions_count,
    min(session_date) as first_session_date,
    max(session_date) as last_session_date
from vintages.etf_flow
group by is_known_at_estimated, is_possibly_restated
order by is_known_at_estimated, is_possibly_restated
