"""The deleveraging panel: price, liquidations, open interest in dollars and in coins, funding, risk reversal."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt

from orchestration.brief import theme
from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Draw, Said, Section, said

TABLES = (
    "fct_open_interest_hourly", "fct_price_composite_hourly", "fct_liquidation_daily", "fct_funding_daily",
    "fct_vol_surface",
    "fct_deleveraging_daily",
)  # fmt: skip
NEEDS = ("fct_open_interest_hourly", "fct_liquidation_daily", "fct_funding_daily", "fct_vol_surface")

# What stands in which pane, from above; open interest has one in dollars and one in coins.
_PANES = {
    "price": "price", "liquidations": "liquidations", "open_interest_usd": "open_interest",
    "open_interest_coins": "open_interest", "funding": "funding", "risk_reversal": "risk_reversal",
}  # fmt: skip


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """Each measure in a pane of its own; a measure that did not land is named below, with the reason."""
    asked = {
        "price": ("fct_price_composite_hourly", _PRICE),
        "liquidations": ("fct_liquidation_daily", _LIQUIDATIONS),
        "open_interest": ("fct_open_interest_hourly", _OPEN_INTEREST),
        "funding": ("fct_funding_daily", _FUNDING),
        "risk_reversal": ("fct_vol_surface", _RISK_REVERSAL),
    }
    found = {
        name: release.rows(query, **focus.around) if release.has(table) else []
        for name, (table, query) in asked.items()
    }
    notes = [
        said("pane_absent", pane=said(f"pane.{name}"), why=release.why_empty(table))
        for name, (table, _) in asked.items()
        if not found[name]
    ]
    if not any(found[name] for name in ("liquidations", "open_interest", "funding", "risk_reversal")):
        return Section("deleveraging", TABLES, absent=said("absent.window"), notes=tuple(notes))
    finding = []
    change = release.row(_CHANGE, **focus.values) if release.has("fct_deleveraging_daily") else {}
    if change.get("coins_ratio") is not None and change["usd_ratio"] is not None:
        finding.append(said("deleveraging.change", **change))
    if liquidations := found["liquidations"]:
        inside = [row for row in liquidations if focus.from_at.date() <= row["observed_date"] < focus.to_at.date()]
        if inside:
            finding.append(
                said(
                    "deleveraging.liquidated",
                    longs=sum(row["longs"] or 0 for row in inside),
                    shorts=sum(row["shorts"] or 0 for row in inside),
                    venues=max(row["venues_count"] for row in inside),
                )
            )
    if found["funding"]:
        lowest = min(found["funding"], key=lambda row: row["v"])
        finding.append(said("deleveraging.funding", rate=lowest["v"] / 100, day=lowest["observed_date"]))
    if found["risk_reversal"]:
        lowest = min(found["risk_reversal"], key=lambda row: row["v"])
        finding.append(said("deleveraging.risk_reversal", points=lowest["v"], tenor=lowest["tenor"], at=lowest["at"]))
    return Section(
        "deleveraging",
        TABLES,
        finding=tuple(finding),
        draw=_draw(focus, found, labels),
        notes=(said("deleveraging.lines"), *_venues(found["open_interest"]), *notes),
    )


def _venues(rows: list[Row]) -> tuple[Said, ...]:
    return (said("deleveraging.venues", venues=rows[-1]["venues_count"]),) if rows else ()


def _draw(focus: Focus, found: Mapping[str, list[Row]], labels: Mapping[str, str]) -> Draw:
    shown = [name for name in _PANES if found[_PANES[name]]]

    def draw(canvas: theme.Canvas) -> alt.VConcatChart:
        panes = []
        for name in shown:
            x = canvas.time_x(focus.around_from_at, focus.around_to_at, labels=name == shown[-1])
            marks = [canvas.marks_at(x, [focus.low_at], theme.EVENT)]
            if focus.instant:
                marks.append(canvas.marks_at(x, [focus.instant], theme.KNOWN, dash=(5, 3)))
            layers = _layers(name, canvas, found[_PANES[name]], x, labels)
            panes.append(canvas.pane(labels[f"pane_{name}"], 84, *layers, *marks))
        return theme.stack(*panes)

    return draw


def _layers(
    name: str, canvas: theme.Canvas, rows: list[Row], x: alt.X, labels: Mapping[str, str]
) -> tuple[alt.Chart, ...]:
    match name:
        case "liquidations":
            return _liquidations(canvas, rows, x, labels)
        case "funding":
            bars = alt.Chart(canvas.rows(rows)).mark_bar(color=theme.USD, stroke="#ffffff", strokeWidth=1)
            y = theme.value_y(form=".3f", zero=True)
            return (bars.encode(x=x, x2="t2:T", y=y, y2=alt.datum(0)), canvas.level_at(0))
        case "risk_reversal":
            named = [{"t": row["t"], "v": row["v"], "k": labels[f"tenor_{row['tenor']}"]} for row in rows]
            tenors = {labels["tenor_7"]: theme.COINS, labels["tenor_30"]: theme.EVENT}
            lines = alt.Chart(canvas.rows(named)).mark_line(point=theme.dots(size=14), strokeWidth=1.4)
            colour = theme.colours(theme.used(tenors, named))
            return (lines.encode(x=x, y=theme.value_y(form=".0f"), color=colour), canvas.level_at(0, theme.LINE))
        case "open_interest_usd":
            return (_line(canvas, rows, x, "usd", theme.USD, ".1f"),)
        case "open_interest_coins":
            return (_line(canvas, rows, x, "coins", theme.COINS, ".0f"),)
        case _:
            return (_line(canvas, rows, x, "v", theme.INK, ",.0f"),)


def _line(canvas: theme.Canvas, rows: list[Row], x: alt.X, name: str, colour: str, form: str) -> alt.Chart:
    line = alt.Chart(canvas.rows(rows)).mark_line(color=colour, strokeWidth=1.6)
    drawn: alt.Chart = line.encode(x=x, y=theme.value_y(name, form=form))
    return drawn


def _liquidations(canvas: theme.Canvas, rows: list[Row], x: alt.X, labels: Mapping[str, str]) -> tuple[alt.Chart, ...]:
    sides = [
        {"t": row["t"], "t2": row["t2"], "v": (row[side] or 0) / 1e6 * sign, "k": labels[side]}
        for row in rows
        for side, sign in (("longs", -1), ("shorts", 1))
    ]
    colour = theme.colours({labels["longs"]: theme.LONGS, labels["shorts"]: theme.SHORTS})
    bars = alt.Chart(canvas.rows(sides)).mark_bar(stroke="#ffffff", strokeWidth=1)
    y = theme.value_y(form=",.0f")
    return (bars.encode(x=x, x2="t2:T", y=y, y2=alt.datum(0), color=colour), canvas.level_at(0))


_PRICE = """
select epoch_ms(period_end_at) as t, close_price_usd as v from marts.fct_price_composite_hourly
where asset = $asset and period_end_at >= $from and period_end_at <= $to and close_price_usd is not null
order by period_end_at
"""
_LIQUIDATIONS = """
select
    observed_date, epoch_ms(observed_date::timestamp) as t, epoch_ms(observed_date + interval 1 day) as t2,
    long_usd as longs, short_usd as shorts, venues_count
from marts.fct_liquidation_daily
where asset = $asset and venue = 'all' and observed_date >= $from and observed_date < $to
order by observed_date
"""
_OPEN_INTEREST = """
select
    epoch_ms(period_end_at) as t, open_interest_usd / 1e9 as usd, open_interest_coins / 1e3 as coins, venues_count
from marts.fct_open_interest_hourly
where asset = $asset and venue = 'all' and period_end_at >= $from and period_end_at <= $to
    and venues_count = (
        select mode(venues_count) from marts.fct_open_interest_hourly
        where asset = $asset and venue = 'all' and period_end_at >= $from and period_end_at <= $to
    )
order by period_end_at
"""
# Day upon day over the venues that both ends of a day have; the chained level has another base and gives no ratio.
_CHANGE = """
select
    exp(sum(ln(1 + position_effect_coins_ratio))) - 1 as coins_ratio,
    exp(sum(ln(1 + change_usd_ratio))) - 1 as usd_ratio, min(venues_count) as venues
from marts.fct_deleveraging_daily
where asset = $asset and observed_date >= $from and observed_date < $to
having count(position_effect_coins_ratio) = count(*) and count(change_usd_ratio) = count(*)
"""
_FUNDING = """
select
    observed_date, epoch_ms(observed_date::timestamp) as t, epoch_ms(observed_date + interval 1 day) as t2,
    rate_8h_ratio * 100 as v
from marts.fct_funding_daily
where asset = $asset and venue = 'all' and observed_date >= $from and observed_date < $to and rate_8h_ratio is not null
order by observed_date
"""
_RISK_REVERSAL = """
select snapshot_at as at, epoch_ms(snapshot_at) as t, rr25_vol_pct as v, tenor_days::bigint as tenor
from marts.fct_vol_surface
where asset = $asset and venue = 'deribit' and tenor_kind = 'constant_maturity' and tenor_days in (7, 30)
    and snapshot_at >= $from and snapshot_at <= $to and rr25_vol_pct is not null
order by tenor_days, snapshot_at
"""
