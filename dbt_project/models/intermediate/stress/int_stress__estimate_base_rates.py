def model(dbt, session):
    from dbt_project.estimators.base_rates import estimate_base_rates

    return estimate_base_rates(
        dbt.ref("fct_price_composite_daily"), dbt.ref("fct_valuation_daily"), dbt.ref("condition_rules")
    )
