"""Models that Sail or Spark runs instead of DuckDB: starts dbt with the same files; looks over what days it wrote.

What days are wanted and how they are kept is for rollups.py; the SQL on Spark for macros/rollups_elsewhere.sql and, of
what is no rollup, models_elsewhere.sql.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path

import duckdb

from dbt_project.object_store import put, take
from dbt_project.rollups import EMPTY, Engine
from ingestion.atomic import is_alive, write_atomically

PROJECT = Path(__file__).parent
# The adapters want an older pandas than we do, and Java: packages of their own, `make .venv-spark/ready`.
DBT = PROJECT.parent / ".venv-spark" / "bin" / "dbt"
ROOM = ".elsewhere"
# To parse the project is half of what a small run costs.
KEPT, PARSE = PROJECT / "target" / "elsewhere", "partial_parse.msgpack"


def on(target: str, model: str, datasets: Sequence[str]) -> Engine:
    """Adds up a model's days of these raw datasets on a target of profiles.yml."""

    @contextmanager
    def engine(
        connection: duckdb.DuckDBPyConnection, folder: Path, empty: str, days: Sequence[str]
    ) -> Iterator[dict[str, str]]:
        _remove_leftovers(folder)
        room = folder / f".{os.getpid()}{ROOM}"
        room.mkdir()
        try:
            if asked := [day for day in days if day != EMPTY]:
                run(target, [model], datasets, asked, room.absolute())
            yield _looked_over(connection, empty, days, room / model)
        finally:
            shutil.rmtree(room)

    return engine


def run(target: str, models: Sequence[str], datasets: Iterable[str], days: Sequence[str], room: Path) -> None:
    """Have dbt add up these days of rollups, into `<room>/<model>/day=<day>/`.

    Raw and room are where they are, which all hosts of a cluster must see; or in UNWIND_OBJECTS_URL while it works.
    """
    objects = os.environ.get("UNWIND_OBJECTS_URL")
    into = f"{objects}/rollup/{room.name}.{time.time_ns()}" if objects else str(room)
    if objects:
        files = [Path(dataset) / f"{day}.parquet" for dataset, day in product(datasets, [EMPTY, *days])]
        put([file for file in files if file.exists()], objects)
    settings = {
        "UNWIND_RAW_URL": f"{objects or Path.cwd()}/raw",
        "UNWIND_ROLLUP_DAYS": f"{{{','.join([EMPTY, *days])}}}",
    }
    _run_dbt(target, models, into, settings, room)
    for model in models if objects else ():
        take(f"{into}/{model}", room / model)


def answer(target: str, models: Sequence[str], given: Path, room: Path) -> None:
    """Have dbt run models that are no rollups over `<given>/<model>.parquet`, into `<room>/<model>/`."""
    _run_dbt(target, models, str(room), {"UNWIND_GIVEN_URL": str(given)}, room)


def _run_dbt(target: str, models: Sequence[str], into: str, settings: dict[str, str], room: Path) -> None:
    if not DBT.exists():
        raise FileNotFoundError(f"{DBT} is what runs models on {target}: make .venv-spark/ready")
    where: list[str | Path] = ["--project-dir", PROJECT, "--profiles-dir", PROJECT, "--target-path", room / "target"]
    (room / "target").mkdir(parents=True)
    kept = KEPT / target / PARSE
    with suppress(FileNotFoundError):
        shutil.copyfile(kept, room / "target" / PARSE)
    ran = subprocess.run(  # noqa: S603  our own dbt
        [DBT, "run", "--target", target, "--select", *models, *where, "--log-path", room / "logs"],
        env={**os.environ, **settings, "UNWIND_ROLLUP_INTO": into},
        cwd=room,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"{', '.join(models)} on {target}: {ran.stdout[-3000:]}{ran.stderr[-1000:]}")
    write_atomically(kept, lambda part: shutil.copyfile(room / "target" / PARSE, part))


def _looked_over(
    connection: duckdb.DuckDBPyConnection, empty: str, days: Sequence[str], written: Path
) -> dict[str, str]:
    """A query of each day: what was written must have the days and the columns that were wanted, and no others."""
    files = {path.name.removeprefix("day="): f"{path}/*.parquet" for path in written.glob("day=*")}
    if more := files.keys() - set(days):
        raise ValueError(f"rows of {', '.join(sorted(more))}, not asked for: is meta.day of the raw file's day?")
    queries = {day: f"from read_parquet('{path}', hive_partitioning = false)" for day, path in files.items()}
    wanted = _columns(connection, empty)
    for day, query in queries.items():
        if (given := _columns(connection, query)) != wanted:
            raise ValueError(f"{day} has other columns: {set(given) ^ set(wanted)}")
    return {day: queries.get(day, empty) for day in days}


def _columns(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[str, str]]:
    return [(name, kind) for name, kind, *_ in connection.execute(f"describe {query}").fetchall()]


def _remove_leftovers(folder: Path) -> None:
    """What runs left that were killed."""
    for room in folder.glob(f".*{ROOM}"):
        if not is_alive(int(room.name.split(".")[1])):
            shutil.rmtree(room)
