-- The way of the price through each bar, kept where it says something of the level.
with steps as (
    select
        walked.bar_minutes,
        walked.level_side,
        walked.asset,
        walked.venue,
        walked.quote_currency,
        walked.level_kind,
        walked.level_price,
        walked.level_known_at,
        walked.expires_at,
        walked.band_ratio,
        walked.pullback_ratio,
        walked.level_number,
        walked.hold_hours_count,
        walked.period_start_at,
        walked.period_end_at,
        numbers.step_number,
        case numbers.step_number
            when 1 then walked.open_price
            when 2 then walked.second_price
            when 3 then walked.third_price
            else walked.close_price
        end as price,
        case
            when walked.is_above_before and numbers.step_number = 4 and walked.is_lost then 'lost'
            when walked.is_above_before then null
            when numbers.step_number = 4 and walked.is_broken then 'broken'
            when price >= walked.touch_price then 'touched'
            when price <= walked.rejection_price then 'fallen'
        end as sign,
        walked.is_intrabar_ambiguous,
        walked.known_at,
        walked.provenance
    from {{ ref('int_prices__walk_levels') }} as walked
    cross join generate_series(1, 4) as numbers (step_number)
    where sign is not null
),

turns as (
    select
        bar_minutes,
        level_side,
        asset,
        venue,
        quote_currency,
        level_kind,
        level_price,
        level_known_at,
        expires_at,
        band_ratio,
        pullback_ratio,
        level_number,
        hold_hours_count,
        period_start_at,
        period_end_at,
        step_number,
        sign,
        lag(sign) over walk as previous_sign,
        lead(sign) over walk is null as is_newest,
        sign = 'lost' or (sign = 'touched' and lag(sign) over walk is distinct from 'touched') as is_opening,
        sign = 'touched' and is_intrabar_ambiguous as is_intrabar_ambiguous,
        known_at,
        provenance
    from steps
    window walk as (partition by level_number order by period_start_at, step_number)
    -- A sign that is told again is nothing new. The newest touch is kept: it is still open.
    qualify is_opening or is_newest or sign <> previous_sign or sign = 'broken'
),

events as (
    select
        bar_minutes,
        level_side,
        asset,
        venue,
        quote_currency,
        level_kind,
        level_price,
        level_known_at,
        expires_at,
        band_ratio,
        pullback_ratio,
        level_number,
        hold_hours_count,
        period_end_at,
        step_number,
        last_value(case when is_opening then period_start_at end ignore nulls) over so_far as opened_at,
        last_value(case when is_opening then is_intrabar_ambiguous end ignore nulls) over so_far
            as is_intrabar_ambiguous,
        case
            when sign = 'fallen' and previous_sign = 'touched' then 'failed'
            when sign = 'broken' and count(*) filter (where sign = 'lost') over so_far > 0 then 'reclaimed'
            when sign in ('broken', 'lost') then sign
            when sign = 'touched' and is_newest then 'open'
        end as state,
        known_at,
        provenance
    from turns
    window so_far as (
        partition by level_number order by period_start_at, step_number
        rows between unbounded preceding and current row
    )
)

select
    asset,
    venue,
    quote_currency,
    bar_minutes,
    level_side,
    level_kind,
    abs(level_price) as level_price,
    level_known_at,
    row_number() over so_far as event_number,
    opened_at,
    case when state <> 'open' then period_end_at end as confirmed_at,
    expires_at,
    state,
    count(*) filter (where state = 'failed') over so_far as failed_tests_count,
    band_ratio,
    pullback_ratio,
    hold_hours_count,
    is_intrabar_ambiguous,
    known_at,
    provenance
from events
where state is not null
window so_far as (
    partition by level_number order by period_end_at, step_number
    rows between unbounded preceding and current row
)
