"""A marimo notebook: what a reader could have known at a moment, and what has become of it, from a published release.

`marimo edit docs/notebooks/what_was_known_when.py` opens it, with UNWIND_DATABASE naming another file than the current
release. Vintages answer at any moment; the marts answer at the moments that have a schema of their own.
"""

import marimo

app = marimo.App(width="medium", app_title="What was known when")


@app.cell
def _():
    import os
    from datetime import datetime, timedelta
    from pathlib import Path

    import duckdb
    import marimo as mo
    import polars as pl

    return Path, datetime, duckdb, mo, os, pl, timedelta


@app.cell
def _(Path, os):
    database = Path(os.environ.get("UNWIND_DATABASE", "data/published/unwind.duckdb"))
    return (database,)


@app.cell
def _(database, duckdb):
    def ask(query, *values):
        """One question to the release, as a Polars frame. The file is open no longer than the question takes."""
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.sql(query, params=values).pl()

    return (ask,)


@app.cell
def _(ask, mo):
    release = ask("select release_id, scope, as_of_at, provenance, is_degraded from meta.releases").row(0, named=True)
    mo.md(
        f"""
        # What was known when

        Release `{release["release_id"]}` ({release["scope"]}), as of {release["as_of_at"]:%Y-%m-%d %H:%M} UTC.
        Its weakest rows are **{release["provenance"]}**: reconstructed ones are simulated to fit quoted figures, and
        confirm nothing.
        """
    )
    return (release,)


@app.cell
def _(mo):
    hour = mo.ui.slider(start=0, stop=192, step=1, value=29, label="Hours after 2026-02-05 00:00 UTC", full_width=True)
    hour
    return (hour,)


@app.cell
def _(datetime, hour, timedelta):
    moment = datetime(2026, 2, 5) + timedelta(hours=hour.value)
    return (moment,)


@app.cell
def _(ask, mo, moment):
    flows = ask(
        """
        select
            session_date,
            known_then.flow_usd as flow_known_usd,
            newest.flow_usd as flow_newest_usd,
            known_then.known_from_at,
            newest.vintage_number - known_then.vintage_number as later_prints_count,
            known_then.is_known_at_estimated
        from vintages.etf_flow as known_then
        inner join vintages.etf_flow as newest using (asset, session_date)
        where
            known_then.known_from_at <= $1
            and $1 < known_then.known_to_at
            and newest.is_newest
            and session_date >= '2026-02-02'
        order by session_date
        """,
        moment,
    )
    mo.vstack(
        [
            mo.md(
                f"## Flows of the US spot funds, as known at {moment:%d %B %Y %H:%M} UTC\n"
                "A session that had closed without a print is missing here: nobody knew, and that is not zero."
            ),
            flows,
        ]
    )
    return (flows,)


@app.cell
def _(ask, mo, moment):
    forecasts = ask(
        """
        select
            forecast_method,
            arg_max(forecast_at, forecast_at) as forecast_at,
            arg_max(progress_pct, forecast_at) as progress_pct,
            arg_max(estimated_change_pct, forecast_at) as estimated_change_pct,
            arg_max(actual_change_pct, forecast_at) as came_true_pct
        from marts.fct_difficulty_projection
        where asset = 'BTC' and next_retarget_height = 935424 and forecast_known_at <= $1
        group by forecast_method
        order by forecast_method
        """,
        moment,
    )
    mo.vstack([mo.md("## The newest forecasts of the next retarget by then, and what came"), forecasts])
    return (forecasts,)


@app.cell
def _(ask):
    schemas = ask(
        "select distinct schema_name from duckdb_tables() where starts_with(schema_name, 'marts_asof_') order by 1"
    )["schema_name"].to_list()
    return (schemas,)


@app.cell
def _(mo, schemas):
    schema = mo.ui.dropdown(options=schemas, value=schemas[0] if schemas else None, label="Marts as they stood")
    schema
    return (schema,)


@app.cell
def _(ask, mo, pl, schema):
    def rows_count(name):
        """Rows of every mart in one schema."""
        tables = ask("select table_name from duckdb_tables() where schema_name = ? order by 1", name)["table_name"]
        counts = " union all ".join(
            f"select '{table}' as table_name, count(*) as rows_count, max(known_at) as last_known_at "
            f"from {name}.{table}"
            for table in tables
        )
        return ask(counts)

    then_and_now = (
        rows_count(schema.value)
        .join(rows_count("marts"), on="table_name", suffix="_now")
        .with_columns(later_rows_count=pl.col("rows_count_now") - pl.col("rows_count"))
        .sort("table_name")
        if schema.value
        else None
    )
    mo.vstack(
        [
            mo.md(
                "## Every mart then and now\nThe same models, built from what was known: later rows changed nothing."
            ),
            then_and_now,
        ]
    )
    return (then_and_now,)


if __name__ == "__main__":
    app.run()
