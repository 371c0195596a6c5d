{#- The 97.5th percentile of the normal distribution; fewer episodes than enough are a small sample. -#}
{%- set z, enough = '1.959963984540054', 10 -%}
with rates as (
    select
        question_kind,
        fall_pct,
        rebound_pct,
        horizon_days,
        price_series,
        history_from_date,
        history_to_date,
        episode_dates,
        episodes_count,
        hits_count,
        open_count,
        hits_count / nullif(episodes_count, 0) as rate_ratio,
        {{ z }} * {{ z }} / nullif(episodes_count, 0) as spread_ratio,
        jeffreys_low_ratio,
        jeffreys_high_ratio,
        count(*) over () as rates_count,
        known_at,
        provenance
    from {{ ref('int_stress__estimate_base_rates') }}
    where stated_at is null
)

select
    question_kind || '_f' || fall_pct || '_r' || rebound_pct as question_id,
    horizon_days,
    'After a close ' || fall_pct || ' % or more down, and ' || rebound_pct || ' % or more up the day after: '
    || case question_kind
        when 'retest' then 'a close at or below that of the fall within '
        else 'no close below the round level under the rebound within '
    end
    || horizon_days || ' days?' as question,
    '收盘下跌至少 ' || fall_pct || '%、次日上涨至少 ' || rebound_pct || '% 之后，' || horizon_days
    || case question_kind
        when 'retest' then ' 日内收盘价是否再次不高于下跌日收盘价？'
        else ' 日内收盘价是否始终不低于反弹日下方的整数关口？'
    end as question_zh,
    episode_dates,
    case
        when episodes_count = 0 then 'No such episode: the history tells nothing. '
        when episodes_count < {{ enough }} then 'Not informative: n = ' || episodes_count || '. '
        else ''
    end
    || 'Closes of UTC days (' || price_series || '); episodes 30 days apart or more, the event left out. '
    || open_count || ' more have a horizon that has not elapsed or lacks a close. '
    || rates_count || ' rates were tried; all are here.' as note,
    history_from_date,
    history_to_date,
    fall_pct,
    rebound_pct,
    episodes_count,
    hits_count,
    rate_ratio,
    (
        rate_ratio + spread_ratio / 2
        - sqrt(spread_ratio * rate_ratio * (1 - rate_ratio) + spread_ratio * spread_ratio / 4)
    ) / (1 + spread_ratio) as wilson_low_ratio,
    (
        rate_ratio + spread_ratio / 2
        + sqrt(spread_ratio * rate_ratio * (1 - rate_ratio) + spread_ratio * spread_ratio / 4)
    ) / (1 + spread_ratio) as wilson_high_ratio,
    jeffreys_low_ratio,
    jeffreys_high_ratio,
    episodes_count < {{ enough }} as is_small_sample,
    known_at,
    provenance
from rates
