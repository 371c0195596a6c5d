-- The newest rule that held on the day, the contract's own before the product's. A moment that two datasets
-- of one venue give is taken from the first of them: the daily file before the tail that precedes it.
with ruled as (
    select
        printed.venue,
        printed.product,
        printed.symbol,
        printed.asset,
        printed.stands_at,
        printed.sampling,
        printed.contracts,
        printed.coins,
        printed.usd,
        printed.own_mark_usd,
        printed.own_mark_basis,
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

-- A venue that prints no mark borrows the composite spot price, at most two hours old.
borrowed as (
    select
        ruled.venue,
        ruled.product,
        ruled.symbol,
        ruled.stands_at,
        spot.close_price_usd,
        spot.usd_basis,
        spot.known_at,
        spot.provenance
    from ruled
    asof inner join {{ ref('int_prices__compose_hours') }} as spot
        on ruled.asset = spot.asset and ruled.stands_at >= spot.period_end_at
    where ruled.own_mark_usd is null and ruled.stands_at - spot.period_end_at <= interval 2 hour
),

priced as (
    select
        ruled.venue,
        ruled.product,
        ruled.symbol,
        ruled.asset,
        ruled.stands_at,
        ruled.sampling,
        ruled.contracts,
        ruled.coins,
        ruled.usd,
        ruled.sides,
        ruled.unit,
        ruled.contract_size_coins,
        ruled.contract_size_usd,
        ruled.evidence_level,
        coalesce(ruled.own_mark_usd, borrowed.close_price_usd) as mark_price_usd,
        coalesce(ruled.own_mark_basis, borrowed.usd_basis) as mark_basis,
        greatest(ruled.known_at, borrowed.known_at) as known_at,
        greatest(ruled.provenance, borrowed.provenance) as provenance
    from ruled
    left join borrowed
        on
            ruled.venue = borrowed.venue
            and ruled.product = borrowed.product
            and ruled.symbol = borrowed.symbol
            and ruled.stands_at = borrowed.stands_at
)

select
    venue,
    product,
    symbol,
    asset,
    stands_at,
    sampling,
    case unit
        when 'coins' then coins
        when 'usd' then usd / mark_price_usd
        when 'contracts'
            then coalesce(contracts * contract_size_coins, contracts * contract_size_usd / mark_price_usd)
    end / sides as open_interest_coins,
    case unit
        when 'usd' then usd
        -- Nothing is worth nothing at any price, also at an unknown one.
        when 'coins' then if(coins = 0, 0, coins * mark_price_usd)
        when 'contracts'
            then coalesce(contracts * contract_size_usd, contracts * contract_size_coins * mark_price_usd)
    end / sides as open_interest_usd,
    mark_price_usd,
    -- The face of an inverse contract is in dollars, whatever its coins were valued at.
    case when product = 'inverse' then 'usd' else mark_basis end as usd_basis,
    sides,
    evidence_level,
    known_at,
    provenance
from priced
