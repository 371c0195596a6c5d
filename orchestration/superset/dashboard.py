"""What the dashboard shows: metrics of published tables, charts of them, and where each stands. Data, not calls.

Two units are two charts, never one with two axes. A level is the last of its period and a flow is a sum, so that a
chart stays right when its time grain is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TITLE, SLUG = "unwind: forced or bought?", "unwind"
ASSET = {"asset": "BTC"}
# How an axis is called and its numbers are written, by the catalog's unit.
AXES = {"usd": ("US dollars", "SMART_NUMBER"), "coins": ("coins", "SMART_NUMBER"), "ratio": ("", ".0%")}
ABOUT = """## What was forced, what was bought?
Bitcoin around the steepest fall: price, open interest with positions apart from price, funding, forced closing,
flows of the US funds, and an article's claims beside what the release says of them.

**Read `provenance` first.** `reconstructed`: figures in print are met, all between them is simulated. `measured`: it
came from a source. Times are UTC; descriptions and units of columns are in each dataset."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A column as a question: its last value of a period (`level`), or the sum of its rows."""

    column: str
    label: str
    level_by: str | None = None

    @property
    def expression(self) -> str:
        return f"arg_max({self.column}, {self.level_by})" if self.level_by else f"sum({self.column})"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of one published table. `width` in twelfths, `height` in Superset's units of eight pixels."""

    name: str
    table: str
    viz: str
    width: int
    height: int
    time: str | None = None
    grain: str | None = None
    metrics: tuple[Metric, ...] = ()
    by: tuple[str, ...] = ()
    only: Mapping[str, str | bool] = field(default_factory=dict)
    but: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)

    def params(self, dataset: int, units: Mapping[str, str | None]) -> dict[str, Any]:
        """The chart in Superset's words; `units` of the table's columns say how its axis is written."""
        filters = [_is(column, value) for column, value in self.only.items()]
        filters += [{**_is(column, value), "operator": "!="} for column, value in self.but.items()]
        common = {"datasource": f"{dataset}__table", "viz_type": self.viz, "adhoc_filters": filters, **self.more}
        if self.time is None:
            return common
        title, written = AXES[units.get(self.metrics[0].column) or ""]
        return {
            **common,
            "adhoc_filters": [*filters, _within(self.time)],
            "x_axis": self.time,
            "time_grain_sqla": self.grain,
            "metrics": [metric.column for metric in self.metrics],
            # A chart of reconstructed rows says so itself, in the name of every line and bar.
            "groupby": [*self.by, "provenance"],
            "row_limit": 10_000,
            "y_axis_title": title,
            "y_axis_title_margin": 40,
            "y_axis_title_position": "Left",
            "y_axis_format": written,
            "truncateYAxis": self.viz.endswith("_line"),
            "truncate_metric": True,
            "show_legend": True,
            "rich_tooltip": True,
            "x_axis_time_format": "smart_date",
        }


def _is(column: str, value: str | bool) -> dict[str, Any]:
    return {"clause": "WHERE", "expressionType": "SIMPLE", "subject": column, "operator": "==", "comparator": value}


def _within(column: str) -> dict[str, Any]:
    """The place in a chart where the dashboard's own range of time goes."""
    return {**_is(column, "No filter"), "operator": "TEMPORAL_RANGE"}


LINE, BARS = "echarts_timeseries_line", "echarts_timeseries_bar"
HOUR, DAY = "PT1H", "P1D"
STACKED = {"stack": "Stack"}
# A total beside its parts would be one more line, and what it is made of changes with who has reported.
NOT_ALL = {"venue": "all"}
# As everywhere: red is longs that were forced to sell.
COLOURS = {
    f"{column}, {provenance}": colour
    for column, colour in {"long_usd": "#c0392b", "short_usd": "#27825d"}.items()
    for provenance in ("measured", "published", "reconstructed")
}
CLAIMS = ("claim_id", "topic", "statement", "claimed_value", "computed_value", "unit", "verdict", "reason")
RELEASE = ("provenance", "scope", "as_of_at", "release_id", "is_degraded")

ROWS: tuple[tuple[Chart, ...], ...] = (
    (
        Chart(
            "This release", "meta.releases", "table", 6, 28,
            more={"query_mode": "raw", "all_columns": list(RELEASE)},
        ),
    ),
    (
        Chart(
            "Price of bitcoin, median of venues", "marts.fct_price_composite_hourly", LINE, 6, 45,
            "period_start_at", HOUR, (Metric("close_price_usd", "Price", "period_start_at"),), only=ASSET,
        ),
        Chart(
            "Change of open interest: positions apart from price", "marts.fct_deleveraging_daily", BARS, 6, 45,
            "observed_date", DAY,
            (Metric("position_effect_usd", "positions"), Metric("price_effect_usd", "price")),
            only=ASSET, more=STACKED,
        ),
    ),
    (
        Chart(
            "Open interest in coins, by venue", "marts.fct_open_interest_daily", LINE, 4, 40, "observed_date", DAY,
            (Metric("open_interest_coins", "Open interest", "observed_date"),), ("venue",), ASSET, NOT_ALL,
        ),
        Chart(
            "Open interest in dollars, by venue", "marts.fct_open_interest_daily", LINE, 4, 40, "observed_date", DAY,
            (Metric("open_interest_usd", "Open interest", "observed_date"),), ("venue",), ASSET, NOT_ALL,
        ),
        Chart(
            "Funding by venue, annualised", "marts.fct_funding_daily", LINE, 4, 40, "observed_date", DAY,
            (Metric("annualised_ratio", "Funding", "observed_date"),), ("venue",), ASSET, NOT_ALL,
        ),
    ),
    (
        Chart(
            "Liquidations by hour, a lower bound", "marts.fct_liquidation_hourly", BARS, 6, 40,
            "period_start_at", HOUR, (Metric("long_usd", "longs"), Metric("short_usd", "shorts")),
            only={**ASSET, "venue": "all"}, more=STACKED,
        ),
        Chart(
            "Flows of the US spot bitcoin funds", "marts.fct_etf_flow_daily", BARS, 6, 40,
            "session_date", DAY, (Metric("flow_usd", "Net flow"),), only={**ASSET, "fund": "total"},
        ),
    ),
    (
        Chart(
            "Claims of the article, as it ended", "marts.fct_claim_check", "table", 12, 70, only={"is_final": True},
            more={"query_mode": "raw", "all_columns": list(CLAIMS), "order_by_cols": ['["claim_id", true]'],
                  "row_limit": 1000, "show_cell_bars": False,
                  "column_config": {name: {"d3NumberFormat": ",.2~f"} for name in ("claimed_value", "computed_value")}},
        ),
    ),
)  # fmt: skip
CHARTS = tuple(chart for row in ROWS for chart in row)
TABLES = tuple(dict.fromkeys(chart.table for chart in CHARTS))


def metrics_of(table: str) -> tuple[Metric, ...]:
    """Every metric that charts ask of a table, once."""
    return tuple(dict.fromkeys(metric for chart in CHARTS if chart.table == table for metric in chart.metrics))


def layout(numbers: Mapping[str, int]) -> dict[str, Any]:
    """Where everything stands; `numbers` are Superset's ids of charts by their names."""
    parts: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": TITLE}},
    }
    rows = []
    for number, charts in enumerate(ROWS):
        row, inside = f"ROW-{number}", [f"CHART-{numbers[chart.name]}" for chart in charts]
        above = ["ROOT_ID", "GRID_ID", row]
        for name, chart in zip(inside, charts, strict=True):
            meta = {
                "chartId": numbers[chart.name],
                "width": chart.width,
                "height": chart.height,
                "sliceName": chart.name,
            }
            parts[name] = {"type": "CHART", "id": name, "children": [], "parents": above, "meta": meta}
        if number == 0:
            inside = ["MARKDOWN-about", *inside]
            meta = {"code": ABOUT, "width": 12 - sum(chart.width for chart in charts), "height": charts[0].height}
            parts[inside[0]] = {"type": "MARKDOWN", "id": inside[0], "children": [], "parents": above, "meta": meta}
        background = {"background": "BACKGROUND_TRANSPARENT"}
        parts[row] = {"type": "ROW", "id": row, "children": inside, "parents": above[:2], "meta": background}
        rows.append(row)
    return {**parts, "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": rows, "parents": ["ROOT_ID"]}}


def time_filter(time_range: str, not_of: list[int]) -> dict[str, Any]:
    """The dashboard's one filter: a range of time for every chart that has one."""
    filter_ = {
        "id": "NATIVE_FILTER-time",
        "name": "Time range (UTC)",
        "type": "NATIVE_FILTER",
        "filterType": "filter_time",
        "targets": [{}],
        "cascadeParentIds": [],
        "controlValues": {},
        "scope": {"rootPath": ["ROOT_ID"], "excluded": not_of},
        "defaultDataMask": {"extraFormData": {"time_range": time_range}, "filterState": {"value": time_range}},
    }
    return {
        "native_filter_configuration": [filter_],
        "filter_bar_orientation": "HORIZONTAL",
        "color_scheme": "supersetColors",
        "label_colors": COLOURS,
    }
