-- At which prices are coins dense, and where did the price stand on 6 February?
-- A zone the price is inside of is neither support nor resistance yet. added_7d_coins above zero says that
-- coins are still changing hands there. Raw: a move between two addresses of one owner counts as a
-- purchase.
select
    price_floor_usd,
    price_ceiling_usd,
    supply_coins,
    share_ratio,
    added_7d_coins,
    peak_density_z_ratio,
    price_usd,
    price_position
from marts.fct_cost_basis_cluster
where asset = 'BTC' and cohort = 'all' and observed_date = '2026-02-06'
order by price_floor_usd
