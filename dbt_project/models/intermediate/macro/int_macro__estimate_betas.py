def model(dbt, session):
    from dbt_project.estimators.beta import estimate_betas

    return estimate_betas(dbt.ref("int_macro__line_up_factors"))
