def model(dbt, session):
    from dbt_project.estimators.correlation import estimate_windows

    moves = dbt.ref("fct_asset_session_return").filter("previous_close_at is not null")
    columns = "asset, venue, session_date, coalesce(log_return_ratio, change_bps) as move, bitcoin_log_return_ratio"
    return estimate_windows(moves.project(columns).order("asset, venue, session_date").to_arrow_table())
