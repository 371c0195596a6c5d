-- Closes at midnight reach further back than hours do: venues keep years of daily candles.
with closes as (
    select
        observed_date,
        asset,
        venue,
        quote_currency,
        case
            when lag(observed_date) over walk = observed_date - 1
                then close_price / lag(close_price) over walk - 1
        end as return_ratio,
        greatest(known_at, lag(known_at) over walk) as known_at,
        greatest(provenance, lag(provenance) over walk) as provenance
    from {{ ref('int_prices__collect_midnights') }}
    window walk as (partition by asset, venue, quote_currency order by observed_date)
),

scored as (
    select
        observed_date,
        asset,
        venue,
        quote_currency,
        return_ratio / nullif(stddev_samp(return_ratio) over year_before, 0) as return_z_ratio,
        count(return_ratio) over year_before as returns_count,
        max(known_at) over year_so_far as known_at,
        max(provenance) over year_so_far as provenance
    from closes
    window
        year_before as (
            partition by asset, venue, quote_currency order by observed_date
            range between interval 365 days preceding and interval 1 day preceding
        ),
        year_so_far as (
            partition by asset, venue, quote_currency order by observed_date
            range between interval 365 days preceding and current row
        )
),

walked as (
    select
        observed_date,
        asset,
        venue,
        quote_currency,
        resolution_minutes,
        bars_count,
        is_final,
        open_price,
        high_price,
        low_price,
        last_price,
        last_at,
        low_at,
        high_at,
        round_level_price,
        round_level_at,
        adverse_move_60m_ratio,
        adverse_move_240m_ratio,
        realised_vol_pct,
        case
            when lag(last_at) over walk = observed_date then lag(last_price) over walk
        end as previous_close_price,
        -- Nothing was fallen from, where the day before opened no higher than this low.
        case
            when lag(observed_date) over walk = observed_date - 1 and lag(open_price) over walk > low_price
                then lag(open_price) over walk
        end as retracement_start_price,
        greatest(
            known_at,
            case when lag(observed_date) over walk = observed_date - 1 then lag(known_at) over walk end
        ) as known_at,
        greatest(
            provenance,
            case when lag(observed_date) over walk = observed_date - 1 then lag(provenance) over walk end
        ) as provenance
    from {{ ref('int_prices__measure_days') }}
    window walk as (partition by asset, venue, quote_currency order by observed_date)
)

select
    walked.observed_date,
    walked.asset,
    walked.venue,
    walked.quote_currency,
    walked.low_at,
    walked.high_at,
    walked.last_at,
    case
        when walked.retracement_start_price is not null then walked.observed_date - interval 1 day
    end as retracement_start_at,
    walked.resolution_minutes,
    walked.open_price,
    walked.high_price,
    walked.low_price,
    walked.last_price,
    walked.previous_close_price,
    walked.last_price / walked.open_price - 1 as return_open_close_ratio,
    walked.open_price / walked.previous_close_price - 1 as gap_ratio,
    walked.low_price / walked.open_price - 1 as drawdown_open_low_ratio,
    walked.last_price / walked.low_price - 1 as rebound_ratio,
    walked.retracement_start_price,
    (walked.last_price - walked.low_price)
    / (walked.retracement_start_price - walked.low_price) as retracement_ratio,
    case
        when walked.last_price < walked.open_price then walked.open_price / walked.last_price - 1
    end as gain_to_erase_ratio,
    walked.round_level_price,
    date_diff('minute', walked.low_at, walked.round_level_at) as low_to_round_level_minutes,
    case
        when walked.resolution_minutes = 1440 then 'daily_candle'
        when walked.round_level_at is null then 'not_reached'
    end as low_to_round_level_reason,
    walked.adverse_move_60m_ratio,
    walked.adverse_move_240m_ratio,
    case when walked.is_final then walked.realised_vol_pct end as realised_vol_pct,
    case when scored.returns_count >= 60 then scored.return_z_ratio end as return_z_ratio,
    coalesce(scored.returns_count, 0) as returns_count,
    walked.bars_count,
    walked.is_final,
    greatest(walked.known_at, case when scored.returns_count >= 60 then scored.known_at end) as known_at,
    greatest(walked.provenance, case when scored.returns_count >= 60 then scored.provenance end) as provenance
from walked
left join scored
    on
        walked.observed_date = scored.observed_date
        and walked.asset = scored.asset
        and walked.venue = scored.venue
        and walked.quote_currency = scored.quote_currency
