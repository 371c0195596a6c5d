"""What a miner earned, what the next difficulty was expected to be, and what it became."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from orchestration.brief import theme
from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Draw, Section, said

TABLES = ("fct_hashprice_daily", "fct_difficulty_projection", "fct_difficulty_epoch")
NEEDS = TABLES[:2]
METHODS = {
    "mempool_space": theme.INK, "naive_pace": theme.COINS, "rest_at_10_minutes": theme.EVENT,
    "rest_at_last_144_pace": theme.USD,
}  # fmt: skip


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """Forecasts of the retarget that came next after the window began, by the moment each was made."""
    has = {table: release.has(table) for table in TABLES}
    prices = release.rows(_HASHPRICE, **focus.around) if has["fct_hashprice_daily"] else []
    forecasts = (
        release.rows(_FORECASTS, event=focus.from_at, **focus.around) if has["fct_difficulty_projection"] else []
    )
    outcome = (
        release.row(_OUTCOME, event=focus.from_at, asset=focus.asset, to=focus.around_to_at)
        if has["fct_difficulty_epoch"]
        else {}
    )
    if not prices and not forecasts:
        return Section("miners", TABLES, absent=said("absent.window"))
    notes = [
        said("pane_absent", pane=said(f"pane.{pane}"), why=release.why_empty(table))
        for pane, table, found in (
            ("hashprice", "fct_hashprice_daily", prices),
            ("forecasts", "fct_difficulty_projection", forecasts),
        )
        if not found
    ]
    finding = []
    inside = [row for row in prices if focus.from_at.date() <= row["observed_date"] < focus.to_at.date()]
    if inside:
        lowest = min(inside, key=lambda row: row["close"])
        finding.append(
            said("miners.hashprice", mean=lowest["v"], close=lowest["close"], day=lowest["observed_date"])
        )  # fmt: skip
    made = [row for row in forecasts if row["forecast_at"] <= (focus.instant or focus.to_at)]
    if made and outcome:
        finding.append(
            said(
                "miners.outcome",
                expected=made[-1]["v"], method=said(f"method.{made[-1]['method']}"), at=made[-1]["forecast_at"],
                change=outcome["change_pct"], retarget=outcome["retarget_at"],
            )
        )  # fmt: skip
    return Section(
        "miners",
        TABLES,
        finding=tuple(finding),
        notes=tuple(notes),
        draw=_draw(focus, prices, forecasts, outcome, labels),
    )


def _draw(focus: Focus, prices: list[Row], forecasts: list[Row], outcome: Row, labels: Mapping[str, str]) -> Draw:
    retargets = [outcome["retarget_at"]] if outcome else []
    named = [{"t": row["t"], "v": row["v"], "k": labels[row["method"]]} for row in forecasts]
    methods = theme.used({labels[method]: colour for method, colour in METHODS.items()}, named)
    earned = [
        {"t": row["t"] + 43_200_000, "v": row[name], "k": labels[label]}
        for row in prices
        for name, label in (("v", "hashprice_mean"), ("close", "hashprice_close"))
    ]
    kinds = {labels["hashprice_mean"]: theme.COINS, labels["hashprice_close"]: theme.USD}

    def draw(canvas: theme.Canvas) -> alt.VConcatChart:
        panes = []
        if earned:
            x = canvas.time_x(focus.around_from_at, focus.around_to_at, labels=not named)
            lines = alt.Chart(canvas.rows(earned)).mark_line(point=theme.dots(), strokeWidth=1.4)
            drawn = lines.encode(x=x, y=theme.value_y(form=".0f"), color=theme.colours(kinds))
            panes.append(canvas.pane(labels["pane_hashprice"], 130, drawn, canvas.marks_at(x, retargets, theme.EVENT)))
        if named:
            x = canvas.time_x(focus.around_from_at, focus.around_to_at, labels=True)
            y = theme.value_y(form="+.0f")
            lines = alt.Chart(canvas.rows(named)).mark_line(point=theme.dots(), strokeWidth=1.2)
            layers = [lines.encode(x=x, y=y, color=theme.colours(methods))]
            if outcome:
                end = {"t": theme.milliseconds(focus.around_to_at), "v": outcome["change_pct"]}
                told = alt.Chart(canvas.rows([{**end, "text": labels["outcome"]}]))
                layers += [
                    canvas.level_at(outcome["change_pct"], theme.KNOWN, dash=(6, 3)),
                    canvas.marks_at(x, retargets, theme.EVENT),
                    told.mark_text(align="right", dy=-7, color=theme.KNOWN, fontSize=11).encode(
                        x=x, y=y, text="text:N"
                    ),
                ]
            panes.append(canvas.pane(labels["pane_forecasts"], 170, *layers))
        return theme.stack(*panes)

    return draw


_HASHPRICE = """
select
    observed_date, epoch_ms(observed_date::timestamp) as t, hashprice_usd_per_ph_day as v,
    hashprice_at_close_usd_per_ph_day as close
from marts.fct_hashprice_daily
where asset = $asset and observed_date >= $from and observed_date < $to
    and hashprice_usd_per_ph_day is not null and hashprice_at_close_usd_per_ph_day is not null
order by observed_date
"""
_FORECASTS = """
select
    forecast_at, epoch_ms(forecast_at) as t, forecast_method as method, estimated_change_pct as v
from marts.fct_difficulty_projection
where asset = $asset and forecast_at >= $from and forecast_at <= $to and estimated_change_pct is not null
    and next_retarget_height = (
        select min(next_retarget_height) from marts.fct_difficulty_projection
        where asset = $asset and forecast_at >= $event
    )
order by forecast_at, forecast_method
"""
_OUTCOME = """
select change_pct, retarget_at from marts.fct_difficulty_epoch
where asset = $asset and retarget_at > $event and retarget_at <= $to
order by retarget_at
limit 1
"""
