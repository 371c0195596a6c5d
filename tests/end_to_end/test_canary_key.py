"""A user's keys reach their hosts and nobody else, even when the hosts repeat them in what they answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import orjson
import polars as pl
import pytest

from ingestion.sources.fred_api import SERIES
from tests.end_to_end.children import Machine
from tests.ingestion.sources.twins_coinalyze import LIQUIDATIONS
from tests.ingestion.sources.twins_fred import VINTAGES
from tests.loopback.scripted import Answer, Question, Scripted

COINALYZE, FRED = "coinalyze-CANARY/+7f3a9c", "fred-CANARY/+51d0e2"
NEEDLE = b"CANARY"


class Talkative:
    """Two hosts that repeat the key in every answer, good or bad, and say in turn what can go wrong."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}

    def answer(self, question: Question) -> Answer:
        series = question.value("series_id")
        number = self.asked[series] = self.asked.get(series, 0) + 1
        if question.host == "api.coinalyze.net":
            told = {"message": f"Invalid/Missing API key {question.headers['api_key']}"}
            body = orjson.dumps(told) if number == 1 else LIQUIDATIONS.body
            return Answer(body, headers={"X-Your-Key": COINALYZE})
        key = question.value("api_key")
        bad = f"Bad Request: api_key={key} is not registered; {question.path}".encode()
        # The error for each series in its own way; the last one is the end of it for this host.
        for at, failed in {0: (500, bad), 1: (400, bad), 2: (200, b"<html>" + bad), 3: (200, bad)}.items():
            if series == SERIES[at] and (number == 1 or at in (1, 2)):
                return Answer(failed[1], failed[0])
        if series == SERIES[-1]:
            return Answer(bad, 401)
        good = orjson.loads(VINTAGES.body.replace(b"2024-03", b"2026-05").replace(b"2024-04", b"2026-06"))
        # As hosts do that give the address of the next page.
        return Answer(orjson.dumps({**good, "asked": question.path, "key": key}))


def run(machine: Machine, server: Scripted, *command: str) -> CompletedProcess[str]:
    return machine.unwind(
        *command,
        UNWIND_MIRROR=server.url,
        UNWIND_NOW="2026-07-01T12:00:00",
        UNWIND_SOURCES="coinalyze/liquidations_1d,fred_api",
        UNWIND_COINALYZE_KEY=COINALYZE,
        UNWIND_FRED_KEY=FRED,
        UNWIND_RETRY_WAIT_SECONDS="0.005",
    )


@pytest.mark.xdist_group("canary")
def test_a_key_reaches_its_host_and_is_written_nowhere(tmp_path: Path) -> None:
    machine, hosts = Machine(tmp_path), Talkative()
    with Scripted(hosts.answer) as server:
        done = run(machine, server, "backfill", "--from", "2026-05-07", "--to", "2026-05-12")
    keys = {"coinalyze": set[str](), "fred": set[str]()}
    for question in server.log:
        is_fred = question.host == "api.stlouisfed.org"
        keys["fred" if is_fred else "coinalyze"].add(question.value("api_key") or question.headers.get("api_key", ""))
    assert keys == {"coinalyze": {COINALYZE}, "fred": {FRED}}

    # Everything that was meant to happen has: errors told, bodies put aside, good answers landed.
    assert done.returncode == 0, done.stdout + done.stderr
    landing = {p.stem: orjson.loads(p.read_bytes()) for p in (machine.data / "landing").iterdir()}
    told = " ".join(landing["fred_api__observations"]["failures"])
    assert all(word in told for word in ("status 400", "an HTML page", "401", "api_key=***"))
    assert [landing[name]["rows"] > 0 for name in sorted(landing)] == [True, True]
    assert list((machine.data / "quarantine").rglob("*.body"))
    assert "api_key=***" in done.stdout

    assert NEEDLE not in (done.stdout + done.stderr).encode()
    assert leaks(machine.root, ".parquet", ".db", ".body", ".json") == []


@pytest.mark.xdist_group("case")
def test_a_release_and_what_its_making_leaves_behind_know_no_key(published_case: Machine) -> None:
    """The bundled case is run on a machine that has keys, and somebody to tell: conftest.py."""
    needed = (".parquet", ".duckdb", ".db", ".json", ".html", ".png")
    assert leaks(published_case.root, *needed) == []


def leaks(root: Path, *needed: str) -> list[str]:
    """Files below a folder in which the needle is, as bytes or behind a compression; some of each kind are needed."""
    found, looked_at = [], dict.fromkeys(needed, 0)
    for path in sorted({path.resolve() for path in root.rglob("*") if path.is_file()}):
        content = path.read_bytes()
        if path.suffix == ".parquet":
            columns = pl.read_parquet(path).select(pl.col(pl.String, pl.Binary).cast(pl.Binary))
            content += b" ".join(cell for column in columns for cell in column.drop_nulls().to_list())
        elif path.suffix == ".db":
            with sqlite3.connect(path) as database:
                content += "\n".join(database.iterdump()).encode()
        elif path.suffix == ".duckdb":
            content += b" ".join(_texts_with_the_needle(path))
        looked_at[path.suffix] = looked_at.get(path.suffix, 0) + 1
        if NEEDLE in content:
            found.append(str(path))
    assert all(looked_at.values()), f"not everything that could leak was there: {looked_at}"
    return found


def _texts_with_the_needle(path: Path) -> Iterator[bytes]:
    # Not of views: what they read are files beside the warehouse, which are looked at themselves.
    columns = (
        "select schema_name, table_name, column_name from duckdb_columns() semi join duckdb_tables() using (table_oid)"
    )
    with duckdb.connect(str(path), read_only=True) as database:
        for schema, table, column in database.execute(f"{columns} where data_type = 'VARCHAR'").fetchall():
            found = f'select "{column}" from "{schema}"."{table}" where contains("{column}", ?)'
            yield from (text.encode() for (text,) in database.execute(found, [NEEDLE.decode()]).fetchall())


def test_the_search_would_find_a_leak(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {"told": ["nothing"] * 500 + ["api_key=CANARY"], "body": [b"x"] * 501, "at": datetime(2026, 1, 1)}
    )
    frame.write_parquet(tmp_path / "a.parquet", compression="zstd")
    with sqlite3.connect(tmp_path / "b.db") as database:
        database.execute("create table told as select 'CANARY' as text")
    (tmp_path / "c.body").write_bytes(b"CANARY")
    (tmp_path / "d.json").write_text('{"key": "CANARY"}')
    with duckdb.connect(str(tmp_path / "e.duckdb")) as warehouse:
        warehouse.execute("create table told as select 'nothing ' || i as text from range(100_000) r(i)")
        warehouse.execute("update told set text = text || 'CANARY' where text = 'nothing 90000'")
    assert len(leaks(tmp_path, ".parquet", ".db", ".body", ".json", ".duckdb")) == 5
