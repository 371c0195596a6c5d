"""Raw in object storage: a server that speaks S3 on loopback, read and written by Sail and by what copies there."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyarrow import fs

from dbt_project.elsewhere import DBT
from dbt_project.object_store import put, take
from tests.distributed.cluster import free_port
from tests.distributed.raw import SPOT, Rollup
from tests.distributed.test_rollups_elsewhere import compare

URL = "s3://unwind-test/data"
START_SECONDS = 60


@pytest.fixture
def store(packages: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[fs.FileSystem]:
    """A store with an empty bucket, and the variables by which clients find it."""
    port = free_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": "told",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    server = subprocess.Popen(
        [DBT.with_name("moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _with_bucket(port)
    finally:
        server.terminate()
        server.wait()


def _with_bucket(port: int) -> fs.FileSystem:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            made = fs.S3FileSystem(endpoint_override=f"127.0.0.1:{port}", scheme="http", allow_bucket_creation=True)
            made.create_dir("unwind-test")
            return made
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def contents(store: fs.FileSystem) -> dict[str, object]:
    found = store.get_file_info(fs.FileSelector("unwind-test", recursive=True))
    return {file.path: file.mtime for file in found if file.type is fs.FileType.File}


@pytest.mark.spark
@pytest.mark.usefixtures("world")
def test_rollups_of_raw_in_object_storage_have_the_cells_of_duckdb(
    store: fs.FileSystem, rollups: list[Rollup], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNWIND_OBJECTS_URL", URL)
    compare("sail", rollups, "objects")
    assert f"unwind-test/data/raw/{SPOT}/2021-01-01.parquet" in contents(store)
    assert not [path for path in contents(store) if "/rollup/" in path], "what was taken is gone there"


@pytest.mark.spark
def test_only_what_is_not_there_is_copied(
    store: fs.FileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = [Path("a.parquet"), Path("b.parquet")]
    for file in files:
        file.write_bytes(b"1234")
        os.utime(file, (1e9, 1e9))
    put(files, URL)
    first = contents(store)
    time.sleep(1.1)  # a store's times are of whole seconds
    files[1].write_bytes(b"4321")
    put(files, URL)
    second = contents(store)
    assert [path for path in first if first[path] != second[path]] == ["unwind-test/data/b.parquet"]
    take(URL, Path("taken"))
    assert Path("taken/b.parquet").read_bytes() == b"4321"
    assert contents(store) == {}
    take(URL, Path("nothing"))
    assert not Path("nothing").exists()
