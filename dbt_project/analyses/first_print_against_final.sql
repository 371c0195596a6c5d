-- How far was the first print of a session's ETF flow from the last?
-- Vintages keep every version with the time it held. Only sessions with more than one print are listed;
-- known_to_at of the last one is the end of time. hours_to_last is how long a reader of the first print was
-- wrong.
select
    session_date,
    arg_min(flow_usd, vintage_number) as first_flow_usd,
    arg_max(flow_usd, vintage_number) as last_flow_usd,
    arg_max(flow_usd, vintage_number) - arg_min(flow_usd, vintage_number) as revision_usd,
    min(known_from_at) as first_known_at,
    max(known_from_at) as last_known_at,
    date_diff('minute', min(known_from_at), max(known_from_at)) / 60 as hours_to_last,
    count(*) as prints_count
from vintages.etf_flow
group by session_date
having count(*) > 1
order by session_date
