"""One `dbt build` in this process, into a file of its own run. Knows nothing of Dagster or of releases.

dbt is called through its own runner and returns every model and test as an object; its DuckDB handle is
closed afterwards, since a process cannot open one file with two configurations.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from ingestion.atomic import write_atomically
from ingestion.errors import UnwindError
from ingestion.places import Places
from orchestration.manifest import DBT_PROJECT, MANIFEST, PARSE, manifest_path
from orchestration.run_scope import instant_name

KEPT_WAREHOUSES = 3
DATABASE, NOTE = "warehouse.duckdb", "build.json"


class BuildFailed(UnwindError):
    """A model or a test of the warehouse failed; nothing is published from it."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What dbt says of one model, seed or test."""

    unique_id: str
    status: str
    message: str
    seconds: float
    failures: int | None


@dataclass(frozen=True, slots=True)
class WarehouseBuild:
    """A finished warehouse: the newest answers in `path`, and the marts as they stood at each instant."""

    run_id: str
    as_of: datetime
    path: Path
    manifest: Path
    instants: dict[datetime, Path]
    inputs_key: str

    def save(self) -> None:
        body = {
            "run_id": self.run_id,
            "as_of": self.as_of.isoformat(),
            "path": str(self.path),
            "manifest": str(self.manifest),
            "instants": {instant.isoformat(): str(path) for instant, path in self.instants.items()},
            "inputs_key": self.inputs_key,
        }
        note = self.path.parent / NOTE
        write_atomically(note, lambda part: part.write_bytes(orjson.dumps(body)))

    @staticmethod
    def newest(places: Places) -> WarehouseBuild:
        """The last finished build. Raises BuildFailed when there is none."""
        notes = _notes(places)
        if not notes:
            raise BuildFailed(f"there is no finished warehouse under {places.warehouse}; run the build first")
        body = orjson.loads(notes[-1].read_bytes())
        return WarehouseBuild(
            run_id=body["run_id"],
            as_of=datetime.fromisoformat(body["as_of"]),
            path=Path(body["path"]),
            manifest=Path(body["manifest"]),
            instants={datetime.fromisoformat(then): Path(path) for then, path in body["instants"].items()},
            inputs_key=body["inputs_key"],
        )


def dbt_build(places: Places, warehouse: Path, as_of: datetime, earlier: Sequence[datetime] = ()) -> list[NodeResult]:
    """Build every model and run every data test, as of a moment, into a folder of `warehouse`'s own.

    earlier: moments before it, whose answers are kept as they stood, each in a database beside `warehouse`
    (`database_of`); what claims measured then stands beside what they measure in the end.

    Built in a folder that this process stands in, and moved: dbt keeps what it parsed only while the database's path
    and the variables stay the same, and parsing costs more than building. For the same reason the moments come by
    environment (macros/as_of.sql, macros/earlier.sql).
    Unit tests are left out: they judge the code, not the data, and run with the tests. So are exposures, which have
    nothing to build and would each cost a node. Raises BuildFailed.
    """
    from dbt.cli.main import dbtRunner

    from ingestion.contract import load_contracts
    from ingestion.landing import write_empty
    from orchestration.dbt_connections import close_dbt_connections
    from orchestration.failed_nodes import tell

    for dataset in load_contracts():
        write_empty(places.raw, dataset)
    building, target = places.warehouse / "building", places.home / "dbt_target"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True)
    # The models name files beside the warehouse by a path from here, so that dbt's stored parse fits every data folder.
    for kept in (places.raw, places.rollup):
        kept.mkdir(parents=True, exist_ok=True)
        (building / kept.name).symlink_to(kept, target_is_directory=True)
    moments = sorted(earlier)
    arguments = [
        "build", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
        "--target-path", str(target), "--log-path", str(target / "logs"),
        # What dbt has to say comes back as objects; writing and dropping its log lines is a tenth of the build.
        "--log-level", "none", "--log-level-file", "none",
        "--exclude-resource-type", "unit_test", "exposure",
        # The manifest of the definitions is the same one, and is kept with the build.
        "--no-write-json",
    ]  # fmt: skip
    settings = {
        # Somebody's own setting for dbt by hand would send the build elsewhere.
        "UNWIND_WAREHOUSE": None,
        "UNWIND_AS_OF": _in_sql(as_of),
        "UNWIND_EARLIER": orjson.dumps({_database_name(then): _in_sql(then) for then in moments}).decode(),
        "DO_NOT_TRACK": "1",
    }
    _borrow_parse(target)
    with environment(**settings), chdir(building):
        try:
            outcome = dbtRunner().invoke(arguments)
        finally:
            close_dbt_connections()
        results = outcome.result.results if outcome.result else []
        newest = building / DATABASE
        databases: dict[datetime | None, Path] = {None: newest}
        databases |= {moment: database_of(newest, moment) for moment in moments}
        told = {result.node.unique_id: tell(result, databases) for result in results if _is_bad(result.status)}
    if outcome.exception:
        raise BuildFailed(f"dbt stopped: {outcome.exception}") from outcome.exception
    shutil.copy(manifest_path(), building / MANIFEST)
    shutil.rmtree(warehouse.parent, ignore_errors=True)
    building.rename(warehouse.parent)
    return [
        NodeResult(
            unique_id=result.node.unique_id,
            status=str(result.status),
            message=told.get(result.node.unique_id) or result.message or "",
            seconds=result.execution_time,
            failures=result.failures,
        )
        for result in results
    ]


def database_of(warehouse: Path, moment: datetime) -> Path:
    """Where the answers of an earlier moment are, of the build whose newest are in `warehouse`."""
    return warehouse.with_name(f"{_database_name(moment)}.duckdb")


def _database_name(moment: datetime) -> str:
    return f"asof_{instant_name(moment)}"


def _in_sql(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def _borrow_parse(target: Path) -> None:
    """Start from the parse that the definitions were loaded from: the same project, whatever the data folder."""
    parsed = manifest_path().with_name(PARSE)
    if not (target / PARSE).exists() and parsed.exists():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(parsed, target / PARSE)


def note_published(places: Places, build: WarehouseBuild, release_id: str) -> None:
    """Remember what the current release was made from, so that the same is not made again."""
    body = orjson.dumps({"release_id": release_id, "inputs_key": build.inputs_key})
    write_atomically(places.home / "published.json", lambda part: part.write_bytes(body))


def published_as(places: Places, inputs_key: str) -> str | None:
    """The release that was made from exactly these inputs, None if the last one was not."""
    path = places.home / "published.json"
    body = orjson.loads(path.read_bytes()) if path.exists() else {}
    return body["release_id"] if body.get("inputs_key") == inputs_key else None


def failed(results: list[NodeResult]) -> list[NodeResult]:
    """The nodes that stop a release: errors and failed tests, not warnings, not what was skipped after them."""
    return [result for result in results if _is_bad(result.status)]


def _is_bad(status: str) -> bool:
    return status in ("error", "fail", "runtime error")


def release_name(as_of: datetime, run_id: str) -> str:
    """A release is named after the moment it answers for and the run that built it."""
    return f"{as_of:%Y%m%dt%H%M%S}z-{run_id[:8]}"


def prune(places: Places, keep: int = KEPT_WAREHOUSES) -> None:
    """Delete warehouses of old runs; the newest few stay for questions after a refused release."""
    kept = {note.parent.name for note in _notes(places)[-keep:]}
    for folder in places.warehouse.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


def _notes(places: Places) -> list[Path]:
    """Notes of finished builds, oldest first."""
    return sorted(places.warehouse.glob(f"*/{NOTE}"), key=lambda path: path.stat().st_mtime_ns)


@contextmanager
def environment(**values: str | None) -> Iterator[None]:
    """Environment variables for the length of a block, None for unset: how dbt is told where its files are."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
