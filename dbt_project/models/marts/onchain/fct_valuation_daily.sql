with realised as (
    select
        1 as preference,
        'bitview.series_1d' as realised_price_source,
        observed_date,
        asset,
        value as realised_price_usd,
        known_at,
        provenance
    from {{ ref('stg_bitview__series_1d') }}
    where series = 'realized_price' and value > 0
    union all
    select
        2 as preference,
        'coinmetrics.asset_metrics_1d' as realised_price_source,
        observed_date,
        asset,
        market_cap_usd / mvrv_ratio / supply_coins as realised_price_usd,
        known_at,
        provenance
    from {{ ref('stg_coinmetrics__asset_metrics_1d') }}
    where market_cap_usd > 0 and mvrv_ratio > 0 and supply_coins > 0
),

-- What each source says, side by side: the first is taken, all of them tell how far they are apart.
compared as (
    select
        observed_date,
        asset,
        arg_min(realised_price_usd, preference) as realised_price_usd,
        arg_min(realised_price_source, preference) as realised_price_source,
        median(realised_price_usd) as realised_price_median_usd,
        max(realised_price_usd) - min(realised_price_usd) as realised_price_range_usd,
        count(*) as sources_count,
        max(known_at) as known_at,
        max(provenance) as provenance
    from realised
    group by observed_date, asset
),

supplies as (
    select
        1 as preference,
        'coinmetrics.asset_metrics_1d' as supply_source,
        observed_date,
        asset,
        supply_coins,
        known_at,
        provenance
    from {{ ref('stg_coinmetrics__asset_metrics_1d') }}
    where supply_coins > 0
    union all
    select
        2 as preference,
        'bitview.urpd' as supply_source,
        observed_date,
        asset,
        max(total_supply_coins) as supply_coins,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('stg_bitview__urpd') }}
    where cohort = 'all'
    group by observed_date, asset
    union all
    select
        3 as preference,
        'bitcoind.utxo_set_info' as supply_source,
        cast(observed_at as date) as observed_date,
        asset,
        arg_max(supply_coins, observed_at) as supply_coins,
        arg_max(known_at, observed_at) as known_at,
        arg_max(provenance, observed_at) as provenance
    from {{ ref('stg_bitcoind__utxo_set_info') }}
    group by cast(observed_at as date), asset
),

chosen_supplies as (
    select
        supply_source,
        observed_date,
        asset,
        supply_coins,
        known_at,
        provenance
    from supplies
    qualify row_number() over (partition by observed_date, asset order by preference) = 1
),

priced as (
    select
        compared.observed_date,
        compared.asset,
        coalesce(prices.close_price_usd, metrics.price_usd) as price_usd,
        case
            when prices.close_price_usd is not null then 'composite'
            when metrics.price_usd is not null then 'coinmetrics.asset_metrics_1d'
        end as price_source,
        compared.realised_price_usd,
        compared.realised_price_source,
        short_term.value as short_term_cost_basis_usd,
        supplies.supply_coins,
        supplies.supply_source,
        compared.realised_price_median_usd,
        compared.realised_price_range_usd,
        compared.sources_count,
        greatest(
            compared.known_at,
            short_term.known_at,
            supplies.known_at,
            case when prices.close_price_usd is not null then prices.known_at else metrics.known_at end
        ) as known_at,
        greatest(
            compared.provenance,
            short_term.provenance,
            supplies.provenance,
            case when prices.close_price_usd is not null then prices.provenance else metrics.provenance end
        ) as provenance
    from compared
    left join {{ ref('stg_bitview__series_1d') }} as short_term
        on
            short_term.series = 'sth_realized_price'
            and short_term.value > 0
            and compared.asset = short_term.asset
            and compared.observed_date = short_term.observed_date
    left join chosen_supplies as supplies
        on
            compared.asset = supplies.asset
            and compared.observed_date = supplies.observed_date
    left join {{ ref('int_onchain__average_prices') }} as prices
        on
            compared.asset = prices.asset
            and compared.observed_date = prices.observed_date
    left join {{ ref('stg_coinmetrics__asset_metrics_1d') }} as metrics
        on
            compared.asset = metrics.asset
            and compared.observed_date = metrics.observed_date
)

select
    observed_date,
    asset,
    price_usd,
    realised_price_usd,
    supply_coins,
    price_usd * supply_coins as market_cap_usd,
    realised_price_usd * supply_coins as realised_cap_usd,
    price_usd / realised_price_usd as mvrv_ratio,
    1 - realised_price_usd / price_usd as nupl_ratio,
    short_term_cost_basis_usd,
    price_usd / short_term_cost_basis_usd as short_term_mvrv_ratio,
    realised_price_median_usd,
    realised_price_range_usd,
    sources_count,
    price_source,
    realised_price_source,
    supply_source,
    sources_count = 1 as is_single_source,
    case
        when sources_count > 1 then realised_price_range_usd > 0.01 * realised_price_median_usd
    end as is_disputed,
    known_at,
    provenance
from priced
