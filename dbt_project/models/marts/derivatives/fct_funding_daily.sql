-- A payment closes its interval, so the one at midnight belongs to the day before it.
with venue_days as (
    select
        cast(funding_at - interval 1 microsecond as date) as observed_date,
        asset,
        venue,
        8 * sum(funding_rate_ratio) filter (where interval_hours is not null)
        / sum(interval_hours) as rate_8h_ratio,
        8 * sum(announced_rate_ratio) filter (where interval_hours is not null)
        / sum(interval_hours) filter (where announced_rate_ratio is not null) as announced_rate_8h_ratio,
        coalesce(sum(interval_hours) filter (where funding_rate_ratio < 0), 0)
        / sum(interval_hours) as negative_share_ratio,
        coalesce(sum(interval_hours), 0) / (24 * count(distinct symbol)) as coverage_ratio,
        count(*) as payments_count,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('int_derivatives__collect_funding') }}
    group by observed_date, asset, venue
),

-- Weights stand at the day's start: what was open then is known at every payment of the day.
weighted as (
    select
        rates.observed_date,
        rates.asset,
        rates.venue,
        rates.rate_8h_ratio,
        rates.negative_share_ratio,
        rates.coverage_ratio,
        rates.payments_count,
        rates.known_at,
        rates.provenance,
        weights.open_interest_usd,
        weights.known_at as weight_known_at,
        weights.provenance as weight_provenance
    from venue_days as rates
    inner join {{ ref('fct_open_interest_daily') }} as weights
        on
            rates.asset = weights.asset
            and rates.venue = weights.venue
            and rates.observed_date = weights.observed_date + 1
    where rates.rate_8h_ratio is not null and weights.open_interest_usd > 0
),

everywhere as (
    select
        observed_date,
        asset,
        sum(open_interest_usd) as open_interest_usd,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('fct_open_interest_daily') }}
    where venue <> 'all'
    group by observed_date, asset
),

all_venues as (
    select
        weighted.observed_date,
        weighted.asset,
        'all' as venue,
        sum(weighted.rate_8h_ratio * weighted.open_interest_usd)
        / sum(weighted.open_interest_usd) as rate_8h_ratio,
        cast(null as double) as announced_rate_8h_ratio,
        sum(weighted.negative_share_ratio * weighted.open_interest_usd)
        / sum(weighted.open_interest_usd) as negative_share_ratio,
        sum(weighted.coverage_ratio * weighted.open_interest_usd)
        / any_value(everywhere.open_interest_usd) as coverage_ratio,
        cast(sum(weighted.payments_count) as bigint) as payments_count,
        count(*) as venues_count,
        max(greatest(weighted.known_at, weighted.weight_known_at, everywhere.known_at)) as known_at,
        max(greatest(weighted.provenance, weighted.weight_provenance, everywhere.provenance)) as provenance
    from weighted
    inner join everywhere
        on weighted.asset = everywhere.asset and weighted.observed_date = everywhere.observed_date + 1
    group by weighted.observed_date, weighted.asset
),

together as (
    select
        observed_date,
        asset,
        venue,
        rate_8h_ratio,
        announced_rate_8h_ratio,
        negative_share_ratio,
        coverage_ratio,
        payments_count,
        1 as venues_count,
        known_at,
        provenance
    from venue_days

    union all by name

    select
        observed_date,
        asset,
        venue,
        rate_8h_ratio,
        announced_rate_8h_ratio,
        negative_share_ratio,
        coverage_ratio,
        payments_count,
        venues_count,
        known_at,
        provenance
    from all_venues
)

select
    observed_date,
    asset,
    venue,
    rate_8h_ratio,
    rate_8h_ratio * (3 * 365) as annualised_ratio,
    announced_rate_8h_ratio,
    negative_share_ratio,
    coverage_ratio,
    payments_count,
    cast(venues_count as bigint) as venues_count,
    rate_8h_ratio < 0 as is_negative,
    rate_8h_ratio < 0.0001 as is_below_neutral,
    known_at,
    provenance
from together
