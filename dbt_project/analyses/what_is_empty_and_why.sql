-- What is empty, and why?
-- An empty table is no zero: its reason names the datasets it waits for. A dataset without rows was not
-- asked (by choice, for want of a key, or because it is not part of the case) or gave nothing.
-- datasets_count says how many share a reason.
select
    'table ' || table_schema || '.' || table_name as what_is_empty,
    why_empty as reason,
    1 as datasets_count
from meta.tables
where why_empty is not null
union all
select
    'datasets such as ' || min(source || '/' || dataset) as what_is_empty,
    coalesce(not_asked, 'asked, and nothing landed') as reason,
    count(*) as datasets_count
from meta.freshness
where rows_count = 0
group by coalesce(not_asked, 'asked, and nothing landed')
order by what_is_empty
