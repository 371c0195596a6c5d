"""Brings a Superset to show the current release: database, datasets with their descriptions, charts, one dashboard.

Everything is found by its name and only what differs is changed, so that a second run does nothing. What somebody
changed in these by hand is put back; their own charts, metrics and dashboards are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from orchestration.brief.focus import find_focus
from orchestration.brief.reader import reading
from orchestration.catalog import Catalog, Table
from orchestration.refusals import NoSuchRelease
from orchestration.superset.api import Superset
from orchestration.superset.dashboard import AXES, CHARTS, SLUG, TABLES, TITLE, layout, metrics_of, time_filter

DATABASE = "unwind"
# The same lock as `unwind sql` has (orchestration/connect.py), as far as a client can be given it while it connects.
# Superset opens a connection for each question and closes it, so that the next one opens the file behind the link anew.
LOCKED = {
    "read_only": True,
    "config": {
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
        "python_enable_replacements": False,
        "max_temp_directory_size": "0B",
        "memory_limit": "1GB",
        "threads": 2,
        "lock_configuration": True,
    },
}

COLUMN = ("id", "column_name", "type", "is_dttm", "filterable", "groupby", "description")
METRIC = ("id", "metric_name", "expression", "verbose_name", "description", "d3format")


def bootstrap(superset: Superset, published: Path) -> str:
    """Show what is published. Returns the dashboard's path; `superset.done` says what was done."""
    release = published / "latest"
    if not (release / "catalog.json").exists():
        raise NoSuchRelease(f"no release at {published}; `unwind run` makes the first one")
    catalog = {table.full_name: table for table in Catalog.from_json((release / "catalog.json").read_bytes()).tables}
    if missing := sorted(set(TABLES) - set(catalog)):
        raise NoSuchRelease(f"the release at {published} has no {', '.join(missing)}; the next run brings one")
    database = _ensure_database(superset, published / "unwind.duckdb")
    datasets = {name: _ensure_dataset(superset, database, catalog[name]) for name in TABLES}
    dashboard = superset.find("dashboard", slug=SLUG) or superset.create(
        "dashboard", {"dashboard_title": TITLE, "slug": SLUG, "published": True}
    )
    charts = {}
    for chart in CHARTS:
        units = {column.name: column.unit for column in catalog[chart.table].columns}
        body = {
            "slice_name": chart.name,
            "viz_type": chart.viz,
            "params": _text(chart.params(datasets[chart.table], units)),
            "datasource_id": datasets[chart.table],
            "datasource_type": "table",
        }
        charts[chart.name] = _ensure_chart(superset, body, dashboard)
    timeless = [charts[chart.name] for chart in CHARTS if chart.time is None]
    wanted = {
        "dashboard_title": TITLE,
        "position_json": _text(layout(charts)),
        "json_metadata": _text(time_filter(_time_range(release), timeless)),
    }
    superset.put_right("dashboard", dashboard, wanted, superset.read("dashboard", dashboard))
    return f"/superset/dashboard/{SLUG}/"


def _ensure_database(superset: Superset, file: Path) -> int:
    body = {
        "database_name": DATABASE,
        "sqlalchemy_uri": f"duckdb:///{file.absolute()}",
        "expose_in_sqllab": True,
        "allow_dml": False,
        "extra": _text({"engine_params": {"connect_args": LOCKED}}),
    }
    number = superset.find("database", database_name=DATABASE)
    if number is None:
        return superset.create("database", body)
    now = {**superset.read("database", number), **superset.call("GET", f"database/{number}/connection")["result"]}
    superset.put_right("database", number, body, now)
    return number


def _ensure_dataset(superset: Superset, database: int, table: Table) -> int:
    """A table as a dataset. Superset reads columns from the file; descriptions and metrics are the catalog's."""
    name = {"schema": table.schema, "table_name": table.name}
    number = superset.find("dataset", **name)
    if number is None:
        number = superset.create("dataset", {"database": database, **name})
    now = superset.read("dataset", number)
    if {column["column_name"] for column in now["columns"] if not column["expression"]} != set(table.column_names):
        superset.call("PUT", f"dataset/{number}/refresh")
        now = superset.read("dataset", number)
    superset.put_right("dataset", number, _described(table, now), _as_told(now))
    return number


def _described(table: Table, now: Mapping[str, Any]) -> dict[str, Any]:
    """The catalog's words, and the metrics that charts ask for, each with the description of its column.

    Somebody's own calculated columns and metrics are handed back as they are: what is not named would be deleted.
    """
    columns = {column.name: column for column in table.columns}
    told = _as_told(now)
    metrics = {metric["metric_name"]: metric for metric in told["metrics"]}
    for metric in metrics_of(table.full_name):
        metrics[metric.column] = {
            **metrics.get(metric.column, {}),
            "metric_name": metric.column,
            "expression": metric.expression,
            "verbose_name": metric.label,
            "description": columns[metric.column].comment,
            "d3format": AXES[columns[metric.column].unit or ""][1],
        }
    return {
        "description": table.description,
        "columns": [
            {**column, "description": columns[column["column_name"]].comment}
            if column["column_name"] in columns
            else column
            for column in told["columns"]
        ],
        "metrics": [metrics[name] for name in sorted(metrics)],
    }


def _as_told(now: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset as Superset has it, as far as it is of interest."""
    return {
        "description": now["description"],
        "columns": [{name: column[name] for name in COLUMN} for column in now["columns"]],
        "metrics": [
            {name: metric[name] for name in METRIC}
            for metric in sorted(now["metrics"], key=lambda metric: str(metric["metric_name"]))
        ],
    }


def _ensure_chart(superset: Superset, body: Mapping[str, Any], dashboard: int) -> int:
    number = superset.find("chart", slice_name=body["slice_name"])
    if number is None:
        return superset.create("chart", {**body, "dashboards": [dashboard]})
    superset.put_right("chart", number, body, superset.read("chart", number))
    return number


def _time_range(release: Path) -> str:
    """The days around the brief's fall for a case, which stands still; the last month for live data."""
    with reading(release / "unwind.duckdb") as opened:
        focus = find_focus(opened) if opened.facts.scope.startswith("case:") else None
    return f"{focus.around_from_at:%Y-%m-%d} : {focus.around_to_at:%Y-%m-%d}" if focus else "Last month"


def _text(body: Mapping[str, Any]) -> str:
    return orjson.dumps(body).decode()
