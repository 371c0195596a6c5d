-- The published weights of ICE's dollar index, on the ECB's rates: crossed over the euro, so every
-- pair stands at the same moment. A pair quoted as dollars per unit has a negative power.
with rates as (
    select
        observed_date,
        observed_at,
        max(units_per_eur) filter (where currency = 'USD') as usd,
        max(units_per_eur) filter (where currency = 'JPY') as jpy,
        max(units_per_eur) filter (where currency = 'GBP') as gbp,
        max(units_per_eur) filter (where currency = 'CAD') as cad,
        max(units_per_eur) filter (where currency = 'SEK') as sek,
        max(units_per_eur) filter (where currency = 'CHF') as chf,
        max(known_at) as known_at,
        max(provenance) as provenance
    from {{ ref('stg_ecb__reference_rates') }}
    where currency in ('USD', 'JPY', 'GBP', 'CAD', 'SEK', 'CHF')
    group by observed_date, observed_at
)

select
    observed_date,
    observed_at,
    -- Four decimals, which is finer than the fixings behind it.
    round(
        50.14348112
        * power(usd, -0.576)
        * power(jpy / usd, 0.136)
        * power(usd / gbp, -0.119)
        * power(cad / usd, 0.091)
        * power(sek / usd, 0.042)
        * power(chf / usd, 0.036),
        4
    ) as dxy_proxy,
    known_at,
    provenance
from rates
-- One missing rate would leave an index of other weights.
where usd + jpy + gbp + cad + sek + chf is not null
