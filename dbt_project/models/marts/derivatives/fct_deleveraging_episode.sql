{#- method.md 3.5. A peak is looked for in 30 days, but not before the last close: what fell then is told. -#}
{%- set recovered, quiet_days, window_days = 0.5, 10, 30 -%}
{#- The fall that opens an episode: always the same, or what is rare for the market of the last 60 days. -#}
{%- set fixed_fall, deviations, fewest_changes = -0.08, 2.5, 30 -%}
{%- set peak -%}
    if(
        s.rest_from_date is null or x.standing.observed_date - s.rest_from_date >= {{ window_days }},
        x.window_peak, greatest(s.rest_peak, x.standing)
    )
{%- endset -%}
{%- set is_recovered -%}
    x.standing.coins >= s.trough.coins + {{ recovered }} * (s.peak.coins - s.trough.coins)
{%- endset -%}

with days as (
    select
        asset,
        observed_date,
        {
            'coins': open_interest_chained_coins,
            'observed_date': observed_date
        } as standing,
        change_usd,
        position_effect_usd,
        price_effect_usd,
        is_single_source,
        known_at,
        provenance
    from {{ ref('fct_open_interest_daily') }}
    where venue = 'all' and open_interest_chained_coins is not null
),

-- Changes over five calendar days; the day itself is no part of what it is measured by.
five_days as (
    select
        asset,
        observed_date,
        standing['coins'] / first_value(standing['coins']) over (
            partition by asset order by observed_date
            range between interval 5 day preceding and interval 5 day preceding
        ) - 1 as change_ratio
    from days
),

thresholds as (
    select
        asset,
        observed_date,
        'fixed_8_pct' as threshold_rule,
        cast({{ fixed_fall }} as double) as threshold_ratio
    from days

    union all

    select
        asset,
        observed_date,
        'vol_scaled' as threshold_rule,
        case
            when count(change_ratio) over sixty_days >= {{ fewest_changes }}
                then -{{ deviations }} * nullif(stddev_samp(change_ratio) over sixty_days, 0)
        end as threshold_ratio
    from five_days
    window sixty_days as (
        partition by asset order by observed_date
        range between interval 60 day preceding and interval 1 day preceding
    )
),

-- What is known of the walk after a day. A day begins as a walk of its own, at rest, with its level as peak.
walks as (
    select
        days.asset,
        thresholds.threshold_rule,
        days.observed_date,
        {
            'standing': days.standing,
            'threshold_ratio': thresholds.threshold_ratio,
            'window_peak': max(days.standing) over (
                partition by days.asset, thresholds.threshold_rule order by days.observed_date
                range between interval {{ window_days - 1 }} day preceding and current row
            ),
            'rest_from_date': null::date,
            'rest_peak': days.standing,
            'peak': null::struct(coins double, observed_date date),
            'trough': null::struct(coins double, observed_date date),
            'detected_date': null::date,
            'opened_by_ratio': null::double,
            'closed': null::struct(
                peak_coins double, peak_date date, trough_coins double, trough_date date,
                detected_date date, threshold_ratio double, closed_date date, close_reason varchar
            )[]
        } as walk
    from days
    inner join thresholds
        on days.asset = thresholds.asset and days.observed_date = thresholds.observed_date
),

-- One pass per asset and rule, a day after the other, so nothing that comes later can move what was found.
walked as (
    select
        asset,
        threshold_rule,
        list_reduce(list(walk order by observed_date), lambda s, x: case -- noqa: PRS
            when s.peak is null and x.standing.coins <= (1 + x.threshold_ratio) * ({{ peak }}).coins
                then struct_update(
                    x,
                    peak := {{ peak }},
                    trough := x.standing,
                    detected_date := x.standing.observed_date,
                    opened_by_ratio := x.threshold_ratio,
                    closed := s.closed
                )
            when s.peak is null
                then struct_update(
                    x,
                    rest_from_date := s.rest_from_date,
                    rest_peak := greatest(s.rest_peak, x.standing),
                    closed := s.closed
                )
            when
                {{ is_recovered }}
                or (
                    x.standing.coins >= s.trough.coins
                    and x.standing.observed_date - s.trough.observed_date >= {{ quiet_days }}
                )
                then struct_update(
                    x,
                    rest_from_date := x.standing.observed_date,
                    closed := list_append(s.closed, {
                        'peak_coins': s.peak.coins,
                        'peak_date': s.peak.observed_date,
                        'trough_coins': s.trough.coins,
                        'trough_date': s.trough.observed_date,
                        'detected_date': s.detected_date,
                        'threshold_ratio': s.opened_by_ratio,
                        'closed_date': x.standing.observed_date,
                        'close_reason': if({{ is_recovered }}, 'recovered', 'quiet')
                    })
                )
            else struct_update(
                x,
                peak := s.peak,
                trough := least(s.trough, x.standing),
                detected_date := s.detected_date,
                opened_by_ratio := s.opened_by_ratio,
                closed := s.closed
            )
        end) as walk,
        max(observed_date) as last_date
    from walks
    group by asset, threshold_rule
),

episodes as (
    select
        asset,
        threshold_rule,
        last_date,
        unnest(list_concat(walk['closed'], if(walk['peak'] is null, [], [{ -- noqa: AL03
            'peak_coins': walk['peak']['coins'],
            'peak_date': walk['peak']['observed_date'],
            'trough_coins': walk['trough']['coins'],
            'trough_date': walk['trough']['observed_date'],
            'detected_date': walk['detected_date'],
            'threshold_ratio': walk['opened_by_ratio'],
            'closed_date': null,
            'close_reason': null
        }])), recursive := true)
    from walked
),

-- What is said in dollars is of the fall, from the peak to the lowest day so far.
summed as (
    select
        episodes.asset,
        episodes.threshold_rule,
        episodes.detected_date,
        episodes.threshold_ratio,
        episodes.peak_date,
        episodes.peak_coins,
        episodes.trough_date,
        episodes.trough_coins,
        episodes.closed_date,
        episodes.close_reason,
        episodes.trough_coins / episodes.peak_coins - 1 as depth_ratio,
        sum(days.change_usd) filter (where days.observed_date <= episodes.trough_date) as depth_usd,
        sum(days.position_effect_usd) filter (where days.observed_date <= episodes.trough_date)
            as position_effect_usd,
        sum(days.price_effect_usd) filter (where days.observed_date <= episodes.trough_date)
            as price_effect_usd,
        episodes.trough_date - episodes.peak_date
        - count(days.change_usd) filter (where days.observed_date <= episodes.trough_date) as unlinked_days,
        sum(liquidations.liquidated_usd) filter (where days.observed_date <= episodes.trough_date)
            as liquidations_usd,
        count(liquidations.liquidated_usd) filter (where days.observed_date <= episodes.trough_date)
            as liquidations_days,
        bool_or(days.is_single_source) as is_single_source,
        max(days.known_at) filter (where days.observed_date = episodes.detected_date) as detected_at,
        max(days.known_at) filter (where days.observed_date = episodes.closed_date) as trough_known_at,
        max(greatest(days.known_at, liquidations.known_at)) as known_at,
        max(greatest(days.provenance, liquidations.provenance)) as provenance
    from episodes
    inner join days
        on
            episodes.asset = days.asset
            and episodes.peak_date < days.observed_date
            and coalesce(episodes.closed_date, episodes.last_date) >= days.observed_date
    left join {{ ref('fct_liquidation_daily') }} as liquidations
        on
            days.asset = liquidations.asset
            and days.observed_date = liquidations.observed_date
            and liquidations.venue = 'all'
    group by
        episodes.asset, episodes.threshold_rule, episodes.detected_date, episodes.threshold_ratio,
        episodes.peak_date, episodes.peak_coins, episodes.trough_date, episodes.trough_coins,
        episodes.closed_date, episodes.close_reason
)

select
    asset,
    threshold_rule,
    detected_date,
    peak_date,
    trough_date as trough_so_far_date,
    if(closed_date is null, null, trough_date) as trough_date,
    closed_date,
    detected_at,
    trough_known_at,
    close_reason,
    case
        when depth_ratio < -0.30 then 'systemic'
        when depth_ratio <= -0.15 then 'major'
        when depth_ratio <= -0.08 then 'mild'
        else 'slight'
    end as severity,
    threshold_ratio,
    peak_coins,
    trough_coins as trough_so_far_coins,
    trough_coins - peak_coins as depth_coins,
    depth_ratio,
    depth_usd,
    position_effect_usd,
    price_effect_usd,
    abs(price_effect_usd) / nullif(abs(price_effect_usd) + abs(position_effect_usd), 0)
        as price_effect_share_ratio,
    unlinked_days,
    liquidations_usd,
    liquidations_days,
    closed_date is null as is_open,
    is_single_source,
    known_at,
    provenance
from summed
