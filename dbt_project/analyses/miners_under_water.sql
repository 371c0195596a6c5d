-- Which machines mined at a loss on 5 February, and how many signs of stress showed?
-- Power alone, at one assumed price; is_under_water says that a class earns less than its power costs. A
-- sign that is not known counts in neither count, so read stress_signs_count over known_signs_count.
select
    machines.observed_date,
    machines.machine_class,
    machines.earned_usd_per_ph_day,
    machines.breakeven_gap_usd_per_ph_day,
    machines.is_under_water,
    stress.stress_signs_count,
    stress.known_signs_count
from marts.fct_miner_breakeven_daily as machines
left join marts.fct_miner_stress_daily as stress
    on machines.observed_date = stress.observed_date and machines.asset = stress.asset
where machines.asset = 'BTC' and machines.observed_date = '2026-02-05'
order by machines.breakeven_gap_usd_per_ph_day
