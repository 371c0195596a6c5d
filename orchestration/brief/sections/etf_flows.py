"""Flows of the US spot funds by session, each value with the time it held: first prints beside what they became."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import altair as alt

from orchestration.brief import theme
from orchestration.brief.focus import Focus
from orchestration.brief.reader import Release, Row
from orchestration.brief.section import Draw, Figure, Grid, Said, Section, said
from orchestration.identifiers import Sql, ident, statement
from orchestration.run_scope import asof_schema

TABLES = ("fct_etf_flow_daily",)
NEEDS = TABLES[:1]
MILLION = 1e6


def section(release: Release, focus: Focus, labels: Mapping[str, str]) -> Section:
    """What was published of a session first, what it is now, and what of it was known at the moment in question."""
    sessions = release.rows(_sessions(ident("marts")), **focus.around)
    if not sessions:
        return Section("etf_flows", TABLES, absent=said("absent.window"))
    prints = release.rows(_PRINTS, **focus.around) if release.has("etf_flow", "vintages") else []
    first = {row["session_date"]: row for row in prints if row["vintage_number"] == 1}
    finding = []
    if focus.instant and release.has("fct_etf_flow_daily", asof_schema(focus.instant)):
        known = release.rows(_sessions(focus.then), **focus.around)
        if told := [row for row in known if row["flow"] is not None]:
            finding.append(_month("etf_flows.stood", told[-1], instant=focus.instant))
    inside = [row for row in sessions if focus.from_at.date() <= row["session_date"] < focus.to_at.date()]
    if known_now := [row for row in inside if row["flow"] is not None]:
        finding.append(_month("etf_flows.ended", known_now[-1]))
    return Section(
        "etf_flows",
        TABLES,
        finding=tuple(finding),
        draw=_draw(sessions, first, focus.instant, labels),
        grids=(_grid(sessions, first, focus),),
    )


def _month(key: str, row: Row, **more: object) -> Said:
    return said(
        key, session=row["session_date"], flow=row["flow"], month_to_date=row["month_to_date"],
        streak=abs(row["streak"] or 0), direction=said("outflow" if (row["streak"] or 0) < 0 else "inflow"), **more,
    )  # fmt: skip


def _grid(sessions: list[Row], first: Mapping[object, Row], focus: Focus) -> Grid:
    near = [row for row in sessions if focus.from_at.date() <= row["session_date"] <= focus.to_at.date()]
    rows = []
    for row in near:
        was = first.get(row["session_date"], {})
        rows.append(
            (
                Figure(row["session_date"], "day"), Figure(was.get("flow"), "signed_dollars"),
                Figure(was.get("known_from_at"), "moment"), Figure(row["flow"], "signed_dollars"),
                Figure(row["known_at"], "moment"), Figure(row["status"], "label"),
            )
        )  # fmt: skip
    return Grid(("session", "first_print", "known_from", "newest_print", "known_from", "status"), rows)


def _draw(
    sessions: list[Row], first: Mapping[object, Row], instant: datetime | None, labels: Mapping[str, str]
) -> Draw:
    bars, marks = [], []
    for row in sessions:
        if row["flow"] is None:
            continue
        was = first.get(row["session_date"], {})
        later = instant and (was.get("known_from_at") or row["known_at"]) > instant
        day = f"{row['session_date']:%m-%d}"
        bars.append({"d": day, "v": row["flow"] / MILLION, "k": labels["known_later" if later else "newest_value"]})
        if was and abs(was["flow"] - row["flow"]) >= MILLION:
            marks.append({"d": day, "v": was["flow"] / MILLION, "k": labels["first_print"]})
    kinds = theme.used({labels["newest_value"]: theme.COINS, labels["known_later"]: "#a9c4e4"}, bars)
    days = [bar["d"] for bar in bars]

    def draw(canvas: theme.Canvas) -> alt.VConcatChart:
        axis = alt.Axis(labelAngle=0, values=days[:: 3 if canvas.is_narrow else 1], domain=False)
        x = alt.X("d:O", title=None, sort=days, axis=axis)
        y = theme.value_y(form="+,.0f", zero=True)
        layers = [
            alt.Chart(canvas.rows(bars)).mark_bar().encode(x=x, y=y, color=theme.colours(kinds)),
            canvas.level_at(0),
        ]
        if marks:
            ticks = alt.Chart(canvas.rows(marks)).mark_tick(thickness=3, opacity=1)
            layers.append(ticks.encode(x=x, y=y, color=theme.colours({labels["first_print"]: theme.EVENT})))
        return theme.stack(canvas.pane(labels["pane_etf"], 210, *layers))

    return draw


def _sessions(schema: Sql) -> str:
    return statement(
        """
select
    session_date, flow_usd as flow, month_to_date_usd as month_to_date, streak_sessions_count as streak,
    status, known_at
from {schema}.fct_etf_flow_daily
where asset = $asset and fund = 'total' and session_date >= $from and session_date < $to
order by session_date
""",
        schema=schema,
    )


_PRINTS = """
select session_date, flow_usd as flow, vintage_number, known_from_at from vintages.etf_flow
where asset = $asset and session_date >= $from and session_date < $to
order by session_date, vintage_number
"""
