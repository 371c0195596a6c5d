-- What did the marts say on the evening of 6 February, and what do they say now?
-- Every mart stands twice: as it ended in marts, and as it stood in marts_asof_<instant>. Where status or
-- value differ, a statement about that session was true at one time only. A session that is NULL then had
-- closed but had no print yet.
select
    now_known.session_date,
    then_known.status as status_then,
    now_known.status as status_now,
    then_known.flow_usd as flow_then_usd,
    now_known.flow_usd as flow_now_usd,
    then_known.streak_sessions_count as streak_then_count,
    now_known.streak_sessions_count as streak_now_count
from marts.fct_etf_flow_daily as now_known
left join marts_asof_20260206t2130z.fct_etf_flow_daily as then_known
    on
        now_known.session_date = then_known.session_date
        and now_known.asset = then_known.asset
        and now_known.fund = then_known.fund
where now_known.fund = 'total' and now_known.session_date between '2026-02-02' and '2026-02-09'
order by now_known.session_date
