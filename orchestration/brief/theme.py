"""How every chart looks: stacked panes on one UTC axis, one unit a pane, the same colours for the same things.

Data come in as rows; a time is a number of milliseconds (`epoch_ms` in SQL) and its scale says UTC, so nothing here
or in the drawing library ever asks the machine for its zone.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import altair as alt

from orchestration.brief.reader import Row

INK, SOFT, LINE = "#1c2127", "#5b6570", "#dde1e6"
LONGS, SHORTS = "#c0392b", "#2e8b57"
COINS, USD = "#2166ac", "#9aa4af"
EVENT, KNOWN = "#c77700", "#5a3d8a"
FAINT_LONGS, FAINT_SHORTS = "#f6dfdc", "#dceee4"
# The drawing library measures text in Liberation Sans, which it brings along; the others are for readers' machines.
FONT = "Liberation Sans, Arial, Helvetica, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
Y_LABELS = 46
RIGHT = 12

CONFIG: dict[str, Any] = {
    "font": FONT,
    "aria": False,
    "background": "#ffffff",
    "padding": 2,
    "view": {"stroke": None},
    "concat": {"spacing": 12},
    "axis": {
        "labelColor": SOFT, "titleColor": SOFT, "labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
        "gridColor": LINE, "domainColor": LINE, "tickColor": LINE, "tickSize": 4,
    },
    "axisY": {"minExtent": Y_LABELS, "maxExtent": Y_LABELS, "domain": False, "ticks": False, "tickCount": 4},
    "title": {"anchor": "start", "fontSize": 12, "color": INK, "fontWeight": 600, "frame": "group", "offset": 6},
    "legend": {
        "orient": "top", "direction": "horizontal", "title": None, "labelFontSize": 11, "labelColor": SOFT,
        "symbolSize": 60, "offset": 2, "padding": 0, "columnPadding": 12, "labelLimit": 220,
    },
}  # fmt: skip
_DAYS = "utcFormat(datum.value, '%m-%d')"
_HOURS = f"hours(datum.value) == 0 ? {_DAYS} : utcFormat(datum.value, '%H:%M')".replace("hours", "utchours")


@dataclass(slots=True)
class Canvas:
    """What one chart is drawn on: how wide it is, and the rows it shows, each set once however often it is used."""

    width: int
    datasets: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def is_narrow(self) -> bool:
        """Whether it is drawn for a phone."""
        return self.width < 500

    def rows(self, values: Iterable[Row]) -> alt.NamedData:
        """Rows as data of a chart, by name: inside the chart the library would copy them a dozen times."""
        name = f"rows{len(self.datasets)}"
        # Days and moments are for sentences; what is drawn has its time in milliseconds.
        self.datasets[name] = [
            {key: value for key, value in row.items() if not isinstance(value, date)} for row in values
        ]
        return alt.NamedData(name=name)

    def time_x(
        self, from_at: datetime, to_at: datetime, *, labels: bool, by: Literal["hours", "days"] = "days"
    ) -> alt.X:
        """The one time axis. Only the lowest pane of a stack has labels."""
        first, last = milliseconds(from_at), milliseconds(to_at)
        hours = (12 if self.is_narrow else 6) if by == "hours" else 24 * (3 if self.is_narrow else 1)
        axis = alt.Axis(
            values=list(range(first, last, hours * 3_600_000)),
            labels=labels,
            ticks=labels,
            labelExpr=_HOURS if by == "hours" else _DAYS,
            labelOverlap=False,
            labelFlush=True,
        )
        return alt.X("t:T", title=None, scale=alt.Scale(type="utc", domain=[first, last], nice=False), axis=axis)

    def marks_at(self, x: alt.X, moments: Iterable[datetime], colour: str, dash: tuple[int, int] = (3, 3)) -> alt.Chart:
        """Upright lines at moments."""
        points = self.rows({"t": milliseconds(moment)} for moment in moments)
        drawn: alt.Chart = alt.Chart(points).mark_rule(color=colour, strokeDash=list(dash), clip=True).encode(x=x)
        return drawn

    def level_at(self, value: float, colour: str = SOFT, dash: tuple[int, int] = (1, 0)) -> alt.Chart:
        """A line across at a value."""
        line = alt.Chart(self.rows([{"v": value}])).mark_rule(color=colour, strokeDash=list(dash))
        drawn: alt.Chart = line.encode(y=value_y())
        return drawn

    def pane(self, title: str, height: int, *layers: alt.Chart, left: int = Y_LABELS) -> alt.LayerChart:
        """One pane of a stack, as wide as the canvas allows beside `left` for the labels."""
        layered = alt.layer(*layers).properties(width=self.width - left - RIGHT, height=height, title=title)
        drawn: alt.LayerChart = layered.resolve_scale(color="independent", shape="independent")
        return drawn

    def specification(self, chart: alt.VConcatChart) -> dict[str, Any]:
        """What the drawing library is given."""
        # On a phone legends stand below each other: one row of them would make the whole picture wider, and smaller.
        stacked = {"columns": 2, "layout": {"top": {"direction": "vertical", "anchor": "start"}}}
        legend = {**CONFIG["legend"], **(stacked if self.is_narrow else {})}
        return {**chart.to_dict(), "config": {**CONFIG, "legend": legend}, "datasets": self.datasets}


def milliseconds(moment: datetime) -> int:
    """A naive UTC moment as charts take it.

    >>> milliseconds(datetime(1970, 1, 2))
    86400000
    """
    return calendar.timegm(moment.timetuple()) * 1000


def value_y(name: str = "v", *, form: str = "~s", zero: bool = False, **scale: Any) -> alt.Y:
    """A measure on the left; `form` is a number format of d3."""
    return alt.Y(f"{name}:Q", title=None, scale=alt.Scale(zero=zero, nice=True, **scale), axis=alt.Axis(format=form))


def colours(labels: Mapping[str, str], *, legend: bool = True) -> alt.Color:
    """A colour for each label in the field `k`, and a legend above the pane."""
    scale = alt.Scale(domain=list(labels), range=list(labels.values()))
    return alt.Color("k:N", scale=scale, legend=alt.Legend() if legend else None)


def dots(colour: str | None = None, size: int = 30) -> alt.OverlayMarkDef:
    """The points on a line, in its colour."""
    return alt.OverlayMarkDef(size=size, color=colour) if colour else alt.OverlayMarkDef(size=size)


def used(labels: Mapping[str, str], rows: Iterable[Row]) -> dict[str, str]:
    """Of some labels those that rows really carry: a legend speaks of nothing else."""
    carried = {row["k"] for row in rows}
    return {label: colour for label, colour in labels.items() if label in carried}


def stack(*panes: alt.LayerChart) -> alt.VConcatChart:
    """Panes above each other, each with its own measure and colours."""
    stacked = alt.vconcat(*panes)
    drawn: alt.VConcatChart = stacked.resolve_scale(
        color="independent", shape="independent", x="independent", y="independent"
    )
    return drawn
