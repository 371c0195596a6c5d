"""Rollups by day: only what changed is made again, a kill leaves no half day, and a rebuild gives the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dbt_project import rollups
from dbt_project.rollups import roll_up

QUERY = """
    select 'a' as kind, trade_id // 10 as ten, sum(price) as price from read_parquet('raw/s/a/*.parquet') group by all
    union all
    select 'b' as kind, trade_id // 10 as ten, sum(price) as price from read_parquet('raw/s/b/*.parquet') group by all
"""
DATASETS = ["raw/s/a", "raw/s/b"]
FOLDER = Path("rollup/minutes")
DAYS = [f"2026-02-0{day}" for day in range(1, 6)]
SCHEMA = pa.schema([("trade_id", pa.int64()), ("price", pa.float64())])


def land(name: str, day: str, price: float, inputs: str | None = None) -> None:
    """A day as landing writes it: under a hidden name, then in its place."""
    rows = [] if day == "schema" else [{"trade_id": number, "price": price + number / 7} for number in range(100)]
    metadata = {"unwind.inputs": inputs or f"{name} {day} {price}"}
    table = pa.Table.from_pylist(rows, schema=SCHEMA).replace_schema_metadata(metadata)
    part = Path(f"raw/s/{name}/.{day}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, part)
    os.replace(part, part.with_name(f"{day}.parquet"))


@pytest.fixture(autouse=True)
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five days of one dataset, the last two of another."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        land(name, "schema", 0)
    for day in DAYS:
        land("a", day, 1.0)
    for day in DAYS[3:]:
        land("b", day, 2.0)


def made() -> list[str]:
    return roll_up(QUERY, DATASETS, FOLDER)


def content() -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in FOLDER.iterdir() if path.name != rollups.SEEN}


def rebuilt() -> Mapping[str, bytes]:
    """What a rollup of the same raw from nothing gives."""
    roll_up(QUERY, DATASETS, Path("other"))
    found = {path.name: path.read_bytes() for path in Path("other").glob("*.parquet")}
    for path in Path("other").iterdir():
        path.unlink()
    return found


def test_every_day_is_made_once_and_only_a_changed_one_again() -> None:
    assert made() == [*DAYS, "schema"]
    assert made() == []
    before = {path.name: path.stat() for path in FOLDER.glob("*.parquet")}
    land("b", DAYS[3], 3.0)
    land("b", DAYS[1], 3.0)
    land("a", "2026-02-06", 1.0)
    assert made() == [DAYS[1], DAYS[3], "2026-02-06"]
    untouched = [f"{day}.parquet" for day in (DAYS[0], DAYS[2], DAYS[4], "schema")]
    assert {name: (FOLDER / name).stat() for name in untouched} == {name: before[name] for name in untouched}
    assert content() == rebuilt()


def test_a_file_that_was_only_copied_or_written_again_is_no_change() -> None:
    made()
    land("a", DAYS[2], 1.0)
    os.utime(f"raw/s/a/{DAYS[0]}.parquet", (1, 1))
    assert made() == []


def test_what_was_seen_may_be_lost_and_nothing_is_made_again() -> None:
    made()
    for lost in (b"", b"{}", b"[]"):
        (FOLDER / rollups.SEEN).write_bytes(lost)
        assert made() == []


def test_a_day_without_raw_is_dropped_and_another_query_makes_all_anew() -> None:
    made()
    Path(f"raw/s/a/{DAYS[0]}.parquet").unlink()
    assert made() == []
    assert not (FOLDER / f"{DAYS[0]}.parquet").exists()
    assert roll_up(QUERY.replace("sum", "max"), DATASETS, FOLDER) == [*DAYS[1:], "schema"]


@pytest.mark.parametrize("left", [b"", b"PAR1 and no more"])
def test_a_day_that_a_lost_disk_emptied_is_made_again(left: bytes) -> None:
    made()
    (FOLDER / f"{DAYS[2]}.parquet").write_bytes(left)
    assert made() == [DAYS[2]]
    assert content() == rebuilt()


def test_a_day_that_cannot_be_made_leaves_the_one_before_in_its_place() -> None:
    made()
    before = content()
    land("a", DAYS[2], 5.0)
    whole = Path(f"raw/s/a/{DAYS[2]}.parquet").read_bytes()
    Path(f"raw/s/a/{DAYS[2]}.parquet").write_bytes(whole[:-4] + b"none")
    with pytest.raises(rollups.duckdb.Error):
        made()
    assert content() == before
    Path(f"raw/s/a/{DAYS[2]}.parquet").write_bytes(whole)
    assert made() == [DAYS[2]]


_DIES = """
import os, signal, sys
from pathlib import Path
from dbt_project import rollups
from ingestion import atomic
put, calls = os.replace, []
def replace(part, target):
    calls.append(target)
    if len(calls) == int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    put(part, target)
atomic.os.replace = replace
rollups.roll_up(sys.argv[2], ["raw/s/a", "raw/s/b"], Path("rollup/minutes"))
"""


@pytest.mark.parametrize("nth", [1, 3, 7])
def test_a_kill_leaves_whole_days_and_the_next_run_makes_the_rest(nth: int) -> None:
    """Killed when the nth file is written and not yet in its place; the seventh is the list of what was seen."""
    died = subprocess.run([sys.executable, "-c", _DIES, str(nth), QUERY], check=False)
    assert died.returncode == -9
    hidden = [name for name in content() if name.startswith(".")]
    finished = [name for name in content() if not name.startswith(".")]
    assert (len(hidden), len(finished)) == (1, nth - 1)
    whole = rebuilt()
    assert all(content()[name] == whole[name] for name in finished)
    assert made() == [*DAYS, "schema"][nth - 1 :]
    assert content() == whole
