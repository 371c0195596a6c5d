{%- set price_move, price_band, oi_band = 'joined.return_close_close_ratio', 0.005, 0.01 -%}

with volumes as (
    select
        observed_date,
        asset,
        sum(volume_coins) as spot_volume_coins,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('fct_price_daily') }}
    where is_final and quote_currency in ('USD', 'USDT')
    group by observed_date, asset
),

-- A median of fewer than twenty days would be of the storm alone.
usual_volumes as (
    select
        observed_date,
        asset,
        spot_volume_coins,
        if(count(*) over month >= 20, median(spot_volume_coins) over month, null) as median_volume_30d_coins,
        max(known_at) over month as known_at,
        max(provenance) over month as provenance
    from volumes
    window month as (
        partition by asset order by observed_date
        range between interval 29 day preceding and current row
    )
),

positions as (
    select
        observed_date,
        asset,
        open_interest_coins,
        open_interest_usd,
        open_interest_chained_coins,
        change_coins,
        change_usd,
        position_effect_usd,
        price_effect_usd,
        change_coins_ratio,
        change_usd_ratio,
        position_effect_coins_ratio,
        open_interest_chained_coins / max(open_interest_chained_coins) over (
            partition by asset order by observed_date
            range between interval 29 day preceding and current row
        ) - 1 as open_interest_drawdown_30d_ratio,
        coverage_ratio,
        venues_count,
        is_single_source,
        known_at,
        provenance
    from {{ ref('fct_open_interest_daily') }}
    where venue = 'all'
),

joined as (
    select
        coalesce(positions.observed_date, prices.observed_date) as observed_date,
        coalesce(positions.asset, prices.asset) as asset,
        prices.close_price_usd,
        prices.return_ratio as return_close_close_ratio,
        positions.open_interest_coins,
        positions.open_interest_usd,
        positions.open_interest_chained_coins,
        positions.change_coins,
        positions.change_usd,
        positions.position_effect_usd,
        positions.price_effect_usd,
        positions.change_coins_ratio,
        positions.change_usd_ratio,
        positions.position_effect_coins_ratio,
        positions.open_interest_drawdown_30d_ratio,
        positions.coverage_ratio,
        positions.venues_count,
        positions.is_single_source,
        greatest(positions.known_at, prices.known_at) as known_at,
        greatest(positions.provenance, prices.provenance) as provenance
    from positions
    full join {{ ref('fct_price_composite_daily') }} as prices
        on positions.asset = prices.asset and positions.observed_date = prices.observed_date
)

select
    joined.observed_date,
    joined.asset,
    joined.close_price_usd,
    joined.return_close_close_ratio,
    joined.open_interest_coins,
    joined.open_interest_usd,
    joined.open_interest_chained_coins,
    joined.change_coins,
    joined.change_usd,
    joined.change_coins_ratio,
    joined.change_usd_ratio,
    joined.position_effect_usd,
    joined.price_effect_usd,
    joined.position_effect_coins_ratio,
    joined.open_interest_drawdown_30d_ratio,
    {{ quadrant(price_move, 'joined.position_effect_coins_ratio', price_band, oi_band) }} as quadrant,
    {{ quadrant(price_move, 'joined.change_usd_ratio', price_band, oi_band) }} as quadrant_by_usd,
    episodes.detected_date as episode_detected_date,
    usual_volumes.spot_volume_coins,
    joined.open_interest_coins / nullif(usual_volumes.median_volume_30d_coins, 0) as oi_to_volume_ratio,
    funding.rate_8h_ratio as funding_rate_8h_ratio,
    liquidations.long_usd as long_liquidated_usd,
    liquidations.short_usd as short_liquidated_usd,
    liquidations.intensity_ratio as liquidation_intensity_ratio,
    flow.spot_cvd_coins,
    flow.perp_cvd_coins,
    flow.coinbase_premium_pct,
    joined.coverage_ratio,
    joined.venues_count,
    if(joined.open_interest_chained_coins is null, null, episodes.detected_date is not null) as is_in_episode,
    joined.is_single_source,
    greatest(
        joined.known_at,
        usual_volumes.known_at,
        episodes.known_at,
        funding.known_at,
        liquidations.known_at,
        flow.known_at
    ) as known_at,
    greatest(
        joined.provenance,
        usual_volumes.provenance,
        episodes.provenance,
        funding.provenance,
        liquidations.provenance,
        flow.provenance
    ) as provenance
from joined
left join usual_volumes
    on joined.asset = usual_volumes.asset and joined.observed_date = usual_volumes.observed_date
left join {{ ref('fct_deleveraging_episode') }} as episodes
    on
        joined.asset = episodes.asset
        and episodes.threshold_rule = 'fixed_8_pct'
        and joined.observed_date >= episodes.detected_date
        and (episodes.closed_date is null or joined.observed_date < episodes.closed_date)
left join {{ ref('fct_funding_daily') }} as funding
    on
        joined.asset = funding.asset
        and joined.observed_date = funding.observed_date
        and funding.venue = 'all'
left join {{ ref('fct_liquidation_daily') }} as liquidations
    on
        joined.asset = liquidations.asset
        and joined.observed_date = liquidations.observed_date
        and liquidations.venue = 'all'
left join {{ ref('fct_flow_share_daily') }} as flow
    on joined.asset = flow.asset and joined.observed_date = flow.observed_date
