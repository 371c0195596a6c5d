-- Which sources disagreed most about the same figure in the first half of February?
-- The widest day of each figure that two or more sources give, over the same universe; figures equal to six
-- digits are left out. Where only one source gives a figure, nothing can disagree: single_source_days rest
-- on that source alone.
select
    metric,
    universe,
    arg_max(observed_date, range_ratio) as widest_date,
    max(range_ratio) as widest_range_ratio,
    arg_max(lowest_source, range_ratio) as lowest_source,
    arg_max(highest_source, range_ratio) as highest_source,
    max(tolerance_ratio) as tolerance_ratio,
    count(*) filter (where is_disputed) as disputed_days,
    count(*) filter (where is_single_source) as single_source_days
from marts.fct_source_disagreement_daily
where observed_date between '2026-02-01' and '2026-02-14'
group by metric, universe
having max(sources_count) > 1 and max(range_ratio) > 0.000001
order by widest_range_ratio desc, metric asc, universe asc
