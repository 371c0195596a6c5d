"""Runs the SQL that dbt compiled over rows held in memory, at any as-of time, without starting dbt again.

A dbt run costs seconds and the properties need dozens of warehouses. The SQL is dbt's own, after two
replacements: the files become tables, and the as-of literal becomes the one asked for.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection
from contextlib import chdir
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from orchestration.manifest import PARSE, manifest_path
from orchestration.warehouse import environment
from tests.dbt.raw_factory import DBT_PROJECT, Raw, raw_schemas, write_raw

_FILES = re.compile(r"read_parquet\('[^']*/(\w+)/(\w+)/\*\.parquet'\)")
_TABLE = re.compile(r"\b(?:marts|vintages|intermediate|staging)\.(\w+)")
_RELATION = re.compile(r'"\w+"\."(\w+)"\."(\w+)"')
PUBLISHED = ("marts", "vintages")
AS_OF = "2026-02-06 21:30:00"
Tables = dict[str, pa.Table]
NEVER = "9999-12-31 00:00:00"


class Build(NamedTuple):
    """What one run of dbt left behind."""

    warehouse: Path
    target: Path
    results: dict[str, str]

    @property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads((self.target / "manifest.json").read_text()))


class CompiledProject:
    """The models of one build, in the order they depend on each other."""

    def __init__(self, target: Path, as_of: str) -> None:
        self._as_of = f"timestamp '{as_of}'"
        own = target / "manifest.json"
        nodes = json.loads((own if own.exists() else manifest_path()).read_text())["nodes"]
        self._models = _in_order({key: node for key, node in nodes.items() if node["resource_type"] == "model"})
        # A second article's claims are a seed to dbt and read as a file: nobody declared, or asks for, its table.
        seeds = [node for node in nodes.values() if node["resource_type"] == "seed"]
        self._seeds = [seed for seed in seeds if seed["config"]["column_types"]]
        self._tests = [node for node in nodes.values() if node["resource_type"] == "test"]
        self._compiled = {
            node["unique_id"]: _compiled_file(target, node).read_text() for node in [*self._models, *self._tests]
        }

    @property
    def models(self) -> list[dict[str, Any]]:
        """All models, each after what it is made from."""
        return self._models

    @property
    def published(self) -> list[dict[str, Any]]:
        """The models readers see."""
        return [node for node in self._models if node["schema"] in PUBLISHED]

    def ask(self, raw: Raw, query: str, as_of: str | datetime = NEVER) -> list[tuple[Any, ...]]:
        """The answer of a warehouse that holds what the query names and what that is made from, and nothing else."""
        with self.materialise(raw, as_of, only=set(_TABLE.findall(query))) as connection:
            return list(connection.execute(query).fetchall())

    def materialise(
        self,
        raw: Raw | Tables,
        as_of: str | datetime,
        only: Collection[str] | None = None,
        claims: Path = DBT_PROJECT / "seeds",
    ) -> duckdb.DuckDBPyConnection:
        """A warehouse in memory: raw rows as tables, models as the project has them, tables or views.

        only: names of models to make, with all that they are made from; everything without it.
        claims: the folder whose article_claims*.csv are read.
        """
        connection = duckdb.connect(config={"threads": 1})  # as in profiles.yml
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute("create schema raw")
        needed = self._needed(only)
        for key, schema in raw_schemas().items():
            if f"source.unwind.{key.replace('/', '.')}" not in needed:
                continue
            rows = raw.get(key, [])
            table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows, schema=schema)
            connection.register("rows_in", table)
            connection.execute(f"create table raw.{key.replace('/', '__')} as from rows_in")
            connection.unregister("rows_in")
        connection.execute("create schema seeds")
        for seed in self._seeds:
            file, types = DBT_PROJECT / seed["original_file_path"], seed["config"]["column_types"]
            connection.execute(f"create table seeds.{seed['name']} as from read_csv('{file}', types = {types})")
        for node in self._models:
            if node["unique_id"] not in needed:
                continue
            connection.execute(f"create schema if not exists {node['schema']}")
            name = f"{node['schema']}.{node['alias']}"
            if node["language"] == "python":
                _run_python(self._compiled[node["unique_id"]], connection, name)
                continue
            # A rollup's query over all days at once gives what it gives day by day.
            kind = node["config"]["materialized"].replace("rollup", "view")
            sql = self._sql(node, str(as_of)).replace(f"'{DBT_PROJECT}/seeds/", f"'{claims}/")
            connection.execute(f"create {kind} {name} as {sql}")
        return connection

    def sql(self, name: str) -> str:
        """The query of one model, to be asked of a warehouse whose tables a test has filled itself."""
        return self._sql(next(node for node in self._models if node["name"] == name), "")

    def _needed(self, only: Collection[str] | None) -> set[str]:
        """Ids of the named models and of everything upstream of them."""
        found: set[str] = set()
        for node in reversed(self._models):
            if only is None or node["name"] in only or node["unique_id"] in found:
                found |= {node["unique_id"], *node["depends_on"]["nodes"]}
        return found

    def answers(self, raw: Raw, as_of: str | datetime) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every published table, ordered by grain, floats at 12 digits like the table digest."""
        found = {}
        with self.materialise(raw, as_of) as connection:
            for node in self.published:
                query = f"from {node['schema']}.{node['alias']} order by {', '.join(grain(node))}"
                found[node["name"]] = [
                    tuple(f"{value:.12g}" if isinstance(value, float) else value for value in row)
                    for row in connection.execute(query).fetchall()
                ]
        return found

    def failures(self, connection: duckdb.DuckDBPyConnection, about: str = "") -> dict[str, list[tuple[Any, ...]]]:
        """What each failing data test returns on this warehouse; about: only of tests whose query names this table."""
        asked = {node["name"]: self._sql(node, "") for node in self._tests}
        found = {name: connection.execute(query).fetchall() for name, query in asked.items() if about in query}
        return {name: rows for name, rows in found.items() if rows}

    def _sql(self, node: dict[str, Any], as_of: str) -> str:
        sql = _FILES.sub(r"raw.\1__\2", self._compiled[node["unique_id"]])
        sql = _RELATION.sub(r'"\1"."\2"', sql)
        return sql.replace(self._as_of, f"timestamp '{as_of}'")


def build_project(raw: Raw, folder: Path) -> Build:
    """One run of dbt over these rows, unit and data tests included."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    write_raw(folder / "raw", raw)
    target = folder / "target"
    target.mkdir()
    shutil.copy(manifest_path().with_name(PARSE), target / PARSE)
    # As our own builds do: dbt keeps what it parsed only while path and variables stay the same, and models name raw
    # files by a path from here.
    with environment(UNWIND_WAREHOUSE=None, UNWIND_AS_OF=AS_OF, DO_NOT_TRACK="1"), chdir(folder):
        outcome = dbtRunner().invoke(
            [
                "build",
                *("--log-level", "none", "--log-level-file", "none"),
                *("--exclude-resource-type", "exposure"),
                *("--project-dir", str(DBT_PROJECT)),
                *("--profiles-dir", str(DBT_PROJECT)),
                *("--target-path", str(target)),
                *("--log-path", str(folder / "logs")),
            ]
        )
    DuckDBConnectionManager.close_all_connections()
    assert outcome.exception is None, outcome.exception
    results = {result.node.unique_id: str(result.status) for result in outcome.result}
    return Build(folder / "warehouse.duckdb", target, results)


def _run_python(code: str, connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """A Python model as dbt-duckdb runs it: its compiled file holds the objects that dbt hands it."""
    module: dict[str, Any] = {}
    exec(code, module)

    def rows_of(relation: str) -> duckdb.DuckDBPyRelation:
        """A table or a view, which `table()` does not find."""
        return connection.query(f"from {relation.replace(chr(34), '').partition('.')[2]}")

    rows = module["model"](module["dbtObj"](rows_of), connection)
    connection.register("rows_out", rows)
    connection.execute(f"create table {name} as from rows_out")
    connection.unregister("rows_out")


def _compiled_file(target: Path, node: dict[str, Any]) -> Path:
    """Where dbt puts a node's SQL: a test's below the file that declares it."""
    declared = target / "compiled" / node["package_name"] / node["original_file_path"]
    return declared / node["path"] if node["resource_type"] == "test" else declared


def grain(node: dict[str, Any]) -> list[str]:
    return list(node["config"]["meta"]["grain"])


def _in_order(models: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    ordered: dict[str, dict[str, Any]] = {}

    def visit(key: str) -> None:
        for parent in models[key]["depends_on"]["nodes"]:
            if parent in models:
                visit(parent)
        ordered.setdefault(key, models[key])

    for key in sorted(models):
        visit(key)
    return list(ordered.values())
