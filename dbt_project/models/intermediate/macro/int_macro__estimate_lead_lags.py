def model(dbt, session):
    from dbt_project.estimators.lead_lag import estimate_lead_lags

    return estimate_lead_lags(
        dbt.ref("stg_yahoo__chart_1h"),
        dbt.ref("fct_price_composite_hourly"),
        dbt.ref("stg_exchange_calendars__market_sessions"),
    )
