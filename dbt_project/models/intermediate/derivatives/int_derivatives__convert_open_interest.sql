-- The newest rule that held on the day, the contract's own before the product's. A moment that two datasets
-- of one venue give is taken from the first of them: the daily file before the tail that precedes it.
with ruled as (
    select
        printed.venue,
        printed.product,
        printed.symbol,
        printed.asset,
        printed.stands_at,
        printed.contracts,
        printed.coins,
        printed.usd,
        printed.own_mark_usd,
        printed.known_at,
        printed.provenance,
        rules.sides,
        rules.unit,
        rules.contract_size_coins,
        rules.contract_size_usd,
        rules.evidence_level
    from {{ ref('int_derivatives__collect_open_interest') }} as printed
    inner join {{ ref('oi_convention') }} as rules
        on
            printed.venue = rules.venue
            and printed.product = rules.product
            and rules.symbol in (printed.symbol, '*')
            and rules.valid_from <= printed.stands_at::date
    qualify row_number() over (
        partition by printed.venue, printed.product, printed.symbol, printed.stands_at
        order by printed.preference asc, rules.symbol = '*', rules.valid_from desc
    ) = 1
),

-- A venue that prints no mark borrows the last spot hour of Binance, at most two hours old.
priced as (
    select
        ruled.venue,
        ruled.product,
        ruled.symbol,
        ruled.asset,
        ruled.stands_at,
        ruled.contracts,
        ruled.coins,
        ruled.usd,
        ruled.sides,
        ruled.unit,
        ruled.contract_size_coins,
        ruled.contract_size_usd,
        ruled.evidence_level,
        ruled.known_at,
        ruled.provenance,
        coalesce(
            ruled.own_mark_usd,
            case when ruled.stands_at - spot.period_end_at <= interval 2 hour then spot.close_price end
        ) as mark_price_usd
    from ruled
    asof left join {{ ref('stg_binance_vision__spot_klines_1h') }} as spot
        on ruled.asset = spot.asset and ruled.stands_at >= spot.period_end_at
),

one_sided as (
    select
        venue,
        product,
        symbol,
        asset,
        stands_at,
        mark_price_usd,
        sides,
        evidence_level,
        known_at,
        provenance,
        case unit
            when 'coins' then coins
            when 'usd' then usd / mark_price_usd
            when
                'contracts'
                then coalesce(contracts * contract_size_coins, contracts * contract_size_usd / mark_price_usd)
        end / sides as open_interest_coins,
        case unit
            when 'usd' then usd
            when 'coins' then coins * mark_price_usd
            when
                'contracts'
                then coalesce(contracts * contract_size_usd, contracts * contract_size_coins * mark_price_usd)
        end / sides as open_interest_usd
    from priced
)

select
    venue,
    product,
    symbol,
    asset,
    stands_at,
    open_interest_coins,
    open_interest_usd,
    mark_price_usd,
    sides,
    evidence_level,
    known_at,
    provenance
from one_sided
