"""A marimo notebook: what was forced and what was bought on 5 and 6 February 2026, from a published release.

`marimo edit docs/notebooks/forced_or_bought.py` opens it, with UNWIND_DATABASE naming another file than the current
release. It reads and draws; a number worth keeping belongs in a mart.
"""

import marimo

app = marimo.App(width="medium", app_title="Forced or bought")


@app.cell
def _():
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo

    return Path, alt, duckdb, mo, os


@app.cell
def _(Path, os):
    database = Path(os.environ.get("UNWIND_DATABASE", "data/published/unwind.duckdb"))
    return (database,)


@app.cell
def _(database, duckdb):
    def ask(query):
        """One question to the release, as a Polars frame. The file is open no longer than the question takes."""
        with duckdb.connect(str(database), read_only=True) as connection:
            return connection.sql(query).pl()

    return (ask,)


@app.cell
def _(ask, mo):
    release = ask("select release_id, scope, as_of_at, provenance, is_degraded from meta.releases").row(0, named=True)
    mo.md(
        f"""
        # Forced or bought

        Release `{release["release_id"]}` ({release["scope"]}), as of {release["as_of_at"]:%Y-%m-%d %H:%M} UTC.
        Its weakest rows are **{release["provenance"]}**: reconstructed ones are simulated to fit quoted figures, and
        confirm nothing.
        """
    )
    return (release,)


@app.cell
def _(ask):
    hours = ask(
        """
        select
            prices.period_start_at,
            prices.close_price_usd,
            interest.open_interest_chained_coins,
            -liquidations.long_usd as long_liquidated_usd,
            liquidations.short_usd as short_liquidated_usd
        from marts.fct_price_composite_hourly as prices
        left join marts.fct_open_interest_hourly as interest
            on
                prices.period_start_at = interest.period_start_at
                and prices.asset = interest.asset
                and interest.venue = 'all'
        left join marts.fct_liquidation_hourly as liquidations
            on
                prices.period_start_at = liquidations.period_start_at
                and prices.asset = liquidations.asset
                and liquidations.venue = 'all'
        where prices.asset = 'BTC' and prices.period_start_at between '2026-02-04' and '2026-02-08'
        order by prices.period_start_at
        """
    )
    return (hours,)


@app.cell
def _(alt, hours, mo):
    def pane(column, title, mark="line", colour="#333333"):
        """One measure on its own axis: two units are two panes, never a second axis."""
        chart = alt.Chart(hours, title=title, width=640, height=110)
        drawn = chart.mark_bar(color=colour) if mark == "bar" else chart.mark_line(color=colour)
        return drawn.encode(
            x=alt.X("period_start_at:T", title=None),
            y=alt.Y(f"{column}:Q", title=None, scale=alt.Scale(zero=mark == "bar")),
            tooltip=["period_start_at:T", f"{column}:Q"],
        )

    panes = alt.vconcat(
        pane("close_price_usd", "Price, USD (median of venues)"),
        pane("open_interest_chained_coins", "Open interest, coins (chained over the venues present)"),
        pane("long_liquidated_usd", "Longs liquidated, USD, downwards (lower bound)", "bar", "#c0392b")
        + pane("short_liquidated_usd", "Shorts liquidated, USD", "bar", "#27ae60"),
    ).resolve_scale(x="shared")
    mo.vstack([mo.md("## Price, positions and forced closing, by the hour in UTC"), panes])
    return (panes,)


@app.cell
def _(ask, mo):
    effects = ask(
        """
        select
            observed_date,
            quadrant,
            change_coins,
            change_usd,
            position_effect_usd,
            price_effect_usd,
            funding_rate_8h_ratio,
            long_liquidated_usd,
            short_liquidated_usd,
            provenance
        from marts.fct_deleveraging_daily
        where asset = 'BTC' and observed_date between '2026-02-04' and '2026-02-07'
        order by observed_date
        """
    )
    mo.vstack(
        [
            mo.md(
                "## What positions did, and what the price did to them\n"
                "The two effects add up to the change in dollars. Only `change_coins` and `position_effect_usd` "
                "speak of positions."
            ),
            effects,
        ]
    )
    return (effects,)


@app.cell
def _(ask, mo):
    cascades = ask(
        """
        select
            started_at,
            detected_at,
            ended_at,
            liquidated_side,
            liquidated_usd,
            return_ratio,
            venues
        from marts.fct_liquidation_cascade
        where asset = 'BTC' and started_at between '2026-02-04' and '2026-02-08'
        order by started_at
        """
    )
    mo.vstack(
        [mo.md("## Forced: cascades of liquidations\nSizes are lower bounds; few venues tell them singly."), cascades]
    )
    return (cascades,)


@app.cell
def _(ask, mo):
    buyers = ask(
        """
        select
            observed_date,
            spot_cvd_coins,
            perp_cvd_coins,
            spot_share_ratio,
            coinbase_premium_pct,
            spot_hours_count,
            perp_hours_count
        from marts.fct_flow_share_daily
        where asset = 'BTC' and observed_date between '2026-02-04' and '2026-02-07'
        order by observed_date
        """
    )
    mo.vstack(
        [
            mo.md("## Bought: who was the active side\nPositive: buyers took. One venue's takers, not everybody's."),
            buyers,
        ]
    )
    return (buyers,)


@app.cell
def _(ask, mo):
    shares = ask(
        """
        select
            window_kind,
            component,
            share_ratio,
            share_low_ratio,
            share_high_ratio,
            reading,
            reason
        from marts.fct_rebound_attribution
        where asset = 'BTC' and variant = 'all' and window_started_at between '2026-02-05' and '2026-02-07'
        order by window_kind, component
        """
    )
    unread = shares.filter(shares["reading"] == "not identified").height
    mo.vstack(
        [
            mo.md(
                "## What the rebound went with\n"
                f"Associated shares, no causes. {unread} of {shares.height} are not identified: never quote these."
            ),
            shares,
        ]
    )
    return (shares,)


if __name__ == "__main__":
    app.run()
