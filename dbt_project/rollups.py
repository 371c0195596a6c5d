"""Rollups of events: a model over raw days, kept as one Parquet file a day and made again only where raw has changed.

A day is a function of its raw files and of the query, and carries the hash of both. Which raw files may have changed is
seen from their size and time; only those are opened. Another engine than DuckDB may add up (elsewhere.py); which days
there are, and what each was made from, is said here alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import duckdb

from ingestion.atomic import remove_leftovers, write_atomically

# What landing writes into a partition, and this module into a day: a hash of all that it was made from.
INPUTS = "unwind.inputs"
EMPTY = "schema"
SEEN = ".seen.json"
# One thread adds doubles in one order. A day needs far less; the limit is for the wildest one to spill at.
# A raw day is read once, so that keeping its bytes for another reading would only fill the memory up to that limit.
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "512MB",
    "enable_external_file_cache": False,
}
Stamp = list[int] | None
# Adds up the days named, with room in a folder; gives queries of their rows, that hold while it is open. The text is
# the query over no raw rows: what its columns are, and the answer for a day that has none.
Engine = Callable[[duckdb.DuckDBPyConnection, Path, str, Sequence[str]], AbstractContextManager[dict[str, str]]]


def roll_up(query: str, datasets: Sequence[str], folder: Path, engine: Engine | None = None) -> list[str]:
    """Make the days of `folder` whose raw files or query have changed, and drop those without raw; which were made.

    query: reads `<dataset>/*.parquet` of every dataset, and gives the rows of a day from that day's files alone.
    engine: who adds up instead of DuckDB. Its days are kept as DuckDB's are, and are as good as those.
    """
    folder.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    raw = [{path.stem: path for path in Path(dataset).glob("*.parquet")} for dataset in datasets]
    days = {day: [files.get(day) for files in raw] for day in sorted({EMPTY}.union(*raw))}
    kept = {path.stem: path for path in folder.glob("*.parquet")}
    for day in kept.keys() - days.keys():
        kept[day].unlink()
    said = hashlib.sha256(query.encode()).hexdigest()
    seen = _seen(folder / SEEN, said)
    # Taken before anything is read: what is replaced from here on is looked at again next time.
    stamps = {day: [_stamp(path) for path in files] for day, files in days.items()}
    doubtful = [day for day in days if seen.get(day) != [*stamps[day], _stamp(kept.get(day))]]
    made: dict[str, str] = {}
    if doubtful:
        with duckdb.connect(config=SETTINGS) as connection:
            connection.execute("set enable_progress_bar = false")
            for day in doubtful:
                inputs = [_inputs(connection, path) for path in days[day]]
                digest = hashlib.sha256(f"{said}|{inputs}".encode()).hexdigest()
                if _inputs(connection, folder / f"{day}.parquet") != digest:
                    made[day] = digest
            empty = _of_day(query, datasets, [None] * len(datasets))
            ours = {day: _of_day(query, datasets, days[day]) for day in made}
            with engine(connection, folder, empty, list(made)) if engine and made else nullcontext(ours) as queries:
                for day, digest in made.items():
                    _write(connection, queries[day], folder / f"{day}.parquet", digest)
            for day in doubtful:
                stamps[day].append(_stamp(folder / f"{day}.parquet"))
    if doubtful or seen.keys() != days.keys():
        now = {day: stamps[day] if day in doubtful else seen[day] for day in days}
        told = json.dumps({"query": said, "days": now}).encode()
        write_atomically(folder / SEEN, lambda part: part.write_bytes(told))
    return list(made)


def _seen(path: Path, query: str) -> dict[str, list[Stamp]]:
    """The files of each day as they were when it was last found to be right by the same query."""
    try:
        told = json.loads(path.read_bytes())
        return dict(told["days"]) if told["query"] == query else {}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return {}


def _stamp(path: Path | None) -> Stamp:
    """Files here are replaced and never written into, so that another content has another inode and time."""
    try:
        found = path.stat() if path else None
    except FileNotFoundError:
        return None
    return [found.st_size, found.st_mtime_ns, found.st_ino] if found else None


def _inputs(connection: duckdb.DuckDBPyConnection, path: Path | None) -> str | None:
    """What a file says it was made from; of a raw file that says nothing, when it was written."""
    if path is None or not path.exists():
        return None
    # Written out, since the first value that DuckDB is to bind makes it import pandas: 0.4 CPU s and 80 MB.
    query = f"select decode(value) from parquet_kv_metadata('{path}') where decode(key) = '{INPUTS}'"
    try:
        told = connection.execute(query).fetchall()
    except duckdb.Error:  # no Parquet: a disk that lost power forgot the content
        return None
    return str(told[0][0]) if told else f"{_stamp(path)}"


def _of_day(query: str, datasets: Sequence[str], files: Sequence[Path | None]) -> str:
    for dataset, path in zip(datasets, files, strict=True):
        query = query.replace(f"{dataset}/*.parquet", f"{path or Path(dataset) / f'{EMPTY}.parquet'}")
    return query


def _write(connection: duckdb.DuckDBPyConnection, query: str, target: Path, inputs: str) -> None:
    options = (
        "format parquet, parquet_version v2, compression zstd, compression_level 3, row_group_size 122880,"
        f" kv_metadata {{'{INPUTS}': '{inputs}'}}"
    )
    write_atomically(
        target,
        lambda part: connection.execute(f"copy (from ({query}) order by all) to '{part}' ({options})").fetchall(),
    )
