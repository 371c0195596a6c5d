def model(dbt, session):
    from dbt_project.estimators.rebounds import attribute_windows

    return attribute_windows(dbt.ref("int_stress__scale_moves"), dbt.ref("int_stress__measure_intervals"))
