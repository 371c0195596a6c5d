-- Was near-term volatility dearer than far, and how much more did puts cost than calls?
-- is_inverted says the week costs more than the month. The risk reversal is call minus put in points of
-- volatility: negative where puts cost more. Tenor and unit belong to the number: another tenor is another
-- number.
select
    terms.snapshot_at,
    terms.atm_7d_vol_pct,
    terms.atm_30d_vol_pct,
    terms.slope_7_30_vol_pct,
    terms.is_inverted,
    surfaces.rr25_vol_pct as rr25_7d_vol_pct,
    surfaces.rr25_ratio as rr25_7d_ratio,
    surfaces.is_extrapolated
from marts.fct_vol_term_structure as terms
inner join marts.fct_vol_surface as surfaces
    on
        terms.venue = surfaces.venue
        and terms.asset = surfaces.asset
        and terms.snapshot_at = surfaces.snapshot_at
        and surfaces.tenor_kind = 'constant_maturity'
        and surfaces.tenor_days = 7
where
    terms.venue = 'deribit'
    and terms.asset = 'BTC'
    and terms.snapshot_at between '2026-02-03' and '2026-02-09'
order by terms.snapshot_at
