{#- method.md 3.5. A peak is looked for in 30 days, but not before the last close: what fell then is told. -#}
{%- set enter, recovered, quiet_days, window_days = 0.92, 0.5, 10, 30 -%}
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

-- What is known of the walk after a day. A day begins as a walk of its own, at rest, with its level as peak.
walks as (
    select
        asset,
        observed_date,
        {
            'standing': standing,
            'window_peak': max(standing) over (
                partition by asset order by observed_date
                range between interval {{ window_days - 1 }} day preceding and current row
            ),
            'rest_from_date': null::date,
            'rest_peak': standing,
            'peak': null::struct(coins double, observed_date date),
            'trough': null::struct(coins double, observed_date date),
            'detected_date': null::date,
            'closed': null::struct(
                peak_coins double, peak_date date, trough_coins double, trough_date date,
                detected_date date, closed_date date, close_reason varchar
            )[]
        } as walk
    from days
),

-- One pass per asset, a day after the other, so nothing that comes later can move what was found.
walked as (
    select
        asset,
        list_reduce(list(walk order by observed_date), lambda s, x: case -- noqa: PRS
            when s.peak is null and x.standing.coins <= {{ enter }} * ({{ peak }}).coins
                then struct_update(
                    x,
                    peak := {{ peak }},
                    trough := x.standing,
                    detected_date := x.standing.observed_date,
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
                        'closed_date': x.standing.observed_date,
                        'close_reason': if({{ is_recovered }}, 'recovered', 'quiet')
                    })
                )
            else struct_update(
                x,
                peak := s.peak,
                trough := least(s.trough, x.standing),
                detected_date := s.detected_date,
                closed := s.closed
            )
        end) as walk,
        max(observed_date) as last_date
    from walks
    group by asset
),

episodes as (
    select
        asset,
        last_date,
        unnest(list_concat(walk['closed'], if(walk['peak'] is null, [], [{ -- noqa: AL03
            'peak_coins': walk['peak']['coins'],
            'peak_date': walk['peak']['observed_date'],
            'trough_coins': walk['trough']['coins'],
            'trough_date': walk['trough']['observed_date'],
            'detected_date': walk['detected_date'],
            'closed_date': null,
            'close_reason': null
        }])), recursive := true)
    from walked
),

-- What is said in dollars is of the fall, from the peak to the lowest day so far.
summed as (
    select
        episodes.asset,
        episodes.detected_date,
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
        bool_or(days.is_single_source) as is_single_source,
        max(days.known_at) filter (where days.observed_date = episodes.detected_date) as detected_at,
        max(days.known_at) filter (where days.observed_date = episodes.closed_date) as trough_known_at,
        max(days.known_at) as known_at,
        max(days.provenance) as provenance
    from episodes
    inner join days
        on
            episodes.asset = days.asset
            and episodes.peak_date < days.observed_date
            and coalesce(episodes.closed_date, episodes.last_date) >= days.observed_date
    group by
        episodes.asset, episodes.detected_date, episodes.peak_date, episodes.peak_coins, episodes.trough_date,
        episodes.trough_coins, episodes.closed_date, episodes.close_reason
)

select
    asset,
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
        else 'mild'
    end as severity,
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
    closed_date is null as is_open,
    is_single_source,
    known_at,
    provenance
from summed
