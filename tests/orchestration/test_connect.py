"""The connection for questions: everything in the release, nothing outside it, and no way to unlock."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb
import polars as pl
import pytest

from orchestration.connect import open_release
from orchestration.receipt import hash_files, read_receipt
from orchestration.refusals import NoSuchRelease
from orchestration.release import publish
from orchestration.shelf import released_folder
from tests.orchestration.releasing import sealed

ALLOWED = [
    "select count(*) from marts.fct_price_daily",
    "select * from as_of.etf_flow(timestamp '2026-02-07')",
    "select * from vintages.etf_flow where known_from_at <= timestamp '2026-02-07'",
    "create temp table mine as select * from marts.fct_price_daily",
    "checkpoint",
    "use marts",
    "summarize marts.fct_price_daily",
    "select table_name, comment from duckdb_tables()",
]
BLOCKED = [
    "select * from read_text('/etc/passwd')",
    "select * from read_csv('/etc/passwd')",
    "select * from read_blob('/etc/hostname')",
    "select * from '/etc/passwd'",
    "select * from glob('/etc/*')",
    "select * from sniff_csv('/etc/passwd')",
    "copy (select 1) to '{folder}/out.csv'",
    "copy marts.fct_price_daily to '/dev/stdout'",
    "copy (select 1) to '{folder}/published/latest/parquet/fct_price_daily.parquet' (format parquet)",
    "select * from '{folder}/published/latest/parquet/fct_price_daily.parquet'",
    "select * from read_parquet('{folder}/published/latest/../latest/parquet/*.parquet')",
    "export database '{folder}/out'",
    "import database '{folder}/out'",
    "attach '{folder}/other.duckdb'",
    "install httpfs",
    "load httpfs",
    "create secret (type s3, key_id 'a', secret 'b')",
    "create view v as select * from read_csv('/etc/passwd')",
    "create table marts.mine as select 1",
    "insert into meta.releases select * from meta.releases",
    "update marts.fct_price_daily set close_price = 0",
    "drop table marts.fct_price_daily",
    "select getenv('HOME')",
    "select * from frame_of_the_caller",
    "set enable_external_access = true",
    "set lock_configuration = false",
    "reset lock_configuration",
    "set memory_limit = '100GB'",
    "set temp_directory = '/tmp'",
    "set python_enable_replacements = true",
    "set allowed_directories = ['/etc']",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("connect")
    sealed(folder, "r1")
    publish(folder / "published", "r1")
    return folder


@pytest.fixture
def connection(folder: Path):
    with open_release(folder / "published" / "unwind.duckdb") as connection:
        yield connection


@pytest.mark.parametrize("query", ALLOWED)
def test_answers_questions(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    connection.execute(query).fetchall()


@pytest.mark.parametrize("query", BLOCKED)
def test_reaches_nothing_else(connection: duckdb.DuckDBPyConnection, folder: Path, query: str) -> None:
    frame_of_the_caller = pl.DataFrame({"secret": [1]})
    with pytest.raises(duckdb.Error):
        connection.execute(query.format(folder=folder)).fetchall()
    assert frame_of_the_caller.height == 1
    assert not (folder / "out.csv").exists()
    assert not (folder / "out").exists()


def test_after_all_of_it_every_file_is_as_it_was_audited_and_nobody_may_write_it(folder: Path) -> None:
    for query in [*BLOCKED, *ALLOWED]:
        with open_release(folder / "published" / "unwind.duckdb") as connection, suppress(duckdb.Error):
            connection.execute(query.format(folder=folder)).fetchall()
    release = released_folder(folder / "published", "r1")
    receipt = read_receipt(release)
    assert receipt is not None
    assert hash_files(release) == receipt.files
    assert {oct(path.stat().st_mode & 0o777) for path in release.rglob("*") if path.is_file()} == {"0o444"}


def test_sessions_of_the_day_are_utc_whatever_the_machine_says(connection, monkeypatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert connection.execute("select current_setting('TimeZone')").fetchall() == [("UTC",)]


def test_stays_on_its_release_while_the_next_one_comes(folder: Path, tmp_path: Path) -> None:
    sealed(tmp_path, "r1")
    publish(tmp_path / "published", "r1")
    with open_release(tmp_path / "published" / "unwind.duckdb") as connection:
        sealed(tmp_path, "r2")
        publish(tmp_path / "published", "r2")
        assert connection.execute("select release_id from meta.releases").fetchall() == [("r1",)]


def test_says_where_there_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(NoSuchRelease, match="no release at"):
        open_release(tmp_path / "unwind.duckdb")
