"""A small warehouse that deserves to be published, made directly in DuckDB with the marts' own columns.

It falls 14 % in a day and rebounds 12 %, as real crashes do: nothing in it may be refused. Tests spoil
copies. Figures are invented. The columns are read from the dbt project's YAML, so a renamed one shows here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import orjson
import yaml

PROJECT = Path(__file__).parents[2]
TABLES = Path(__file__).with_suffix(".sql")
MODELS = PROJECT / "dbt_project" / "models"

FIRST, LAST = date(2026, 1, 28), date(2026, 2, 12)
AS_OF = datetime(2026, 2, 13, 12)
SOURCES = {
    "prices": ["source.unwind.exchange.candles"],
    "derivatives": ["source.unwind.exchange.positions", "source.unwind.exchange.candles"],
    "flows": ["source.unwind.funds.totals"],
    "macro": ["source.unwind.exchange.candles"],
    "stress": ["source.unwind.funds.totals"],
    "onchain": ["source.unwind.chain.retargets"],
    "options": ["source.unwind.exchange.positions"],
}


def build(path: Path, spoil: str = "", last: date = LAST) -> Path:
    """Make the warehouse file; `spoil` is SQL that runs on the finished marts."""
    path.write_bytes(_good(last))
    if spoil:
        with duckdb.connect(str(path)) as connection:
            connection.execute(spoil)
    return path


@cache
def _good(last: date) -> bytes:
    """The unspoilt file, made once per process: its columns in their documented order and types."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "good.duckdb"
        with duckdb.connect(str(path)) as connection:
            for statement in filter(str.strip, TABLES.read_text().split(";\n")):
                names = {"first": FIRST, "last": last, "days": (last - FIRST).days + 1}
                connection.execute(statement, {name: names[name] for name in names if f"${name}" in statement})
            for model in published_models():
                place = f"{model['schema']}.{model['name']}"
                columns = ", ".join(f"cast({c['name']} as {c['data_type']}) as {c['name']}" for c in model["columns"])
                connection.execute(f"create or replace table {place} as select {columns} from {place}")
        return path.read_bytes()


@cache
def published_models() -> tuple[dict[str, Any], ...]:
    """The models of the project's YAML that a release publishes."""
    found = []
    for folder in ("marts", "vintages"):
        for path in sorted((MODELS / folder).rglob("*.yml")):
            found += [{**model, "schema": folder} for model in yaml.safe_load(path.read_text())["models"]]
    return tuple(found)


def write_manifest(path: Path, only: Collection[str] | None = None) -> Path:
    """What dbt would write, as far as a release reads it; only: of these tables, of all without it."""
    nodes = {}
    for model in published_models():
        if only is not None and model["name"] not in only:
            continue
        unique_id = f"model.unwind.{model['schema']}_{model['name']}"
        nodes[unique_id] = {
            "unique_id": unique_id,
            "resource_type": "model",
            "schema": model["schema"],
            "name": model["name"],
            "description": model["description"],
            "config": model["config"],
            "depends_on": {"nodes": [f"model.unwind.stg_{model['config']['meta']['topic']}"]},
            "columns": {column["name"]: column for column in model["columns"]},
        }
    for topic, sources in SOURCES.items():
        nodes[f"model.unwind.stg_{topic}"] = {
            "unique_id": f"model.unwind.stg_{topic}",
            "resource_type": "model",
            "schema": "staging",
            "name": f"stg_{topic}",
            "depends_on": {"nodes": [*sources, "seed.unwind.market_sessions"]},
            "columns": {},
        }
    named = {source for sources in SOURCES.values() for source in sources}
    sources = {source: dict(zip(("source_name", "name"), source.split(".")[2:], strict=True)) for source in named}
    path.write_bytes(orjson.dumps({"nodes": nodes, "sources": sources}))
    return path


def days_after(days: int) -> date:
    return LAST + timedelta(days=days)
