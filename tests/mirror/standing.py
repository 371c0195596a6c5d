"""Runs at a moment of the mirror's clock, and what the marts answer at any as-of time over their raw rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from ingestion.ingest import IngestReport
from ingestion.places import Places
from tests.dbt.compiled_project import CompiledProject, grain
from tests.dbt.raw_factory import Raw
from tests.mirror.landing import ALL, Store

FIRST = date(2026, 5, 28)
# How a row came to be known differs between a run of that day and one of months later; what it says may not.
_ABOUT_KNOWING = re.compile(r"known_(from_|to_)?at$|^(detected|end_detected|confirmed)_at$|^is_(known|possibly)_")
Answers = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Standing:
    """A data folder that was filled at `clock`; None is a run long after everything."""

    store: Store
    clock: datetime | None
    reports: dict[str, IngestReport]

    @property
    def raw(self) -> Raw:
        return {
            dataset.key: [
                row
                for path in sorted((self.store.places.raw / dataset.source / dataset.name).glob("*.parquet"))
                for row in pq.read_table(path).to_pylist()
            ]
            for dataset in ALL
        }


def stand(store: Store, clock: datetime | None, last: date) -> Standing:
    """Land every dataset from FIRST on, with the mirror's clock at `clock`."""
    store.mirror.now(clock)
    reports = {dataset.key: store.land(dataset, FIRST, last) for dataset in ALL}
    store.mirror.now(None)
    return Standing(store, clock, reports)


@contextmanager
def marts(project: CompiledProject, raw: Raw, as_of: datetime) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published tables over these raw rows, as of a moment."""
    with project.materialise(raw, as_of) as connection:
        yield connection


def answers(project: CompiledProject, connection: duckdb.DuckDBPyConnection) -> Answers:
    """Every row of every published table, floats at 12 digits, without what tells how it came to be known."""
    found = {}
    for node in project.published:
        table = f"{node['schema']}.{node['alias']}"
        names = [row[0] for row in connection.execute(f"describe {table}").fetchall()]
        columns = ", ".join(name for name in names if not _ABOUT_KNOWING.search(name))
        query = f"select {columns} from {table} order by {', '.join(grain(node))}"
        found[node["name"]] = [
            tuple(f"{value:.12g}" if isinstance(value, float) else value for value in row)
            for row in connection.execute(query).fetchall()
        ]
    return found


def compiled(places: Places, as_of: datetime, folder: Path) -> tuple[Path, CompiledProject]:
    """One real dbt build as of a moment: its warehouse, and its SQL for other moments and rows."""
    from orchestration.warehouse import dbt_build, failed

    warehouse = folder / "built" / "warehouse.duckdb"
    assert failed(dbt_build(places, warehouse, as_of)) == []
    return warehouse, CompiledProject(places.home / "dbt_target", f"{as_of:%Y-%m-%d %H:%M:%S.%f}")
