"""Disks fill up, bytes rot and two people press the button at once: the last release stays, and says what is wrong."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from ingestion.capture import CaptureStore
from ingestion.judging import check
from ingestion.landing import write_partition
from ingestion.sources import feed
from orchestration import release
from orchestration.cli import app
from orchestration.lock import release_lock
from orchestration.release import current, publish, rollback
from tests.ingestion.answers import SPOT, candles, spot
from tests.orchestration import good_warehouse
from tests.orchestration.releasing import facts, sealed

# No file of this process may grow beyond 64 KiB, which is how a full disk looks to every writer in it.
SEALS_ON_A_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from tests.orchestration.releasing import sealed
folder = Path(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
sealed(folder, "r2")
"""


@pytest.fixture(scope="module")
def two_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    sealed(folder, "r1")
    publish(folder / "published", "r1")
    sealed(folder, "r2", given=facts("r2", code_version="0.2.0"))
    publish(folder / "published", "r2")
    return folder


@pytest.fixture
def data(two_releases: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that a test may damage."""
    shutil.copytree(two_releases, tmp_path / "data", symlinks=True)
    monkeypatch.setenv("UNWIND_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def ask(data: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(data / "published" / "unwind.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_full_disk_while_landing_leaves_the_last_version_and_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = spot(candles())
    good = [check(SPOT, feed(SPOT).parse(SPOT, answer), answer, 1).good]
    write_partition(tmp_path / "raw", SPOT, "2026-02", good, "inputs")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}

    def half(_: object, where: Path, **__: object) -> None:
        Path(where).write_bytes(b"PAR1half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq, "write_table", half)
    with pytest.raises(OSError, match="No space left"):
        write_partition(tmp_path / "raw", SPOT, "2026-02", good, "other inputs")
    with pytest.raises(OSError, match="No space left"):
        CaptureStore(tmp_path / "capture").append([answer])
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_a_full_disk_while_sealing_leaves_the_last_release_and_the_next_try_succeeds(data: Path) -> None:
    shutil.rmtree(data / "published" / "releases" / "r2", ignore_errors=True)
    rollback(data / "published", "r1")
    full = subprocess.run(
        [sys.executable, "-c", SEALS_ON_A_FULL_DISK, str(data)],
        capture_output=True,
        text=True,
        cwd=good_warehouse.PROJECT,
        check=False,
    )
    assert full.returncode != 0
    assert "space" in full.stderr.lower() or "too large" in full.stderr.lower(), full.stderr[-500:]
    assert ask(data, "select release_id from meta.releases") == [("r1",)]
    sealed(data, "r2")
    assert publish(data / "published", "r2").replaced == "r1"


def test_a_rotten_byte_of_the_release_is_told_and_the_way_back_leads_to_older_code(data: Path, capsys) -> None:
    file = (data / "published" / "latest").resolve() / "parquet" / "fct_price_daily.parquet"
    file.chmod(0o644)
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 1
    file.write_bytes(body)
    assert CliRunner().invoke(app, ["doctor"]).exit_code == 1
    assert CliRunner().invoke(app, ["rollback"]).exit_code == 0
    assert ask(data, "select release_id, code_version from meta.releases") == [("r1", "0.1.0")]
    assert CliRunner().invoke(app, ["doctor"]).exit_code == 0
    assert CliRunner().invoke(app, ["rollback", "r2"]).exit_code == 1, "a damaged release was made current again"
    assert current(data / "published").release_id == "r1"


def test_the_second_of_two_writers_leaves_with_75_and_changes_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release.rollback, "__defaults__", (None, 0.1))
    with release_lock(data / "published", patience_seconds=1):
        assert CliRunner().invoke(app, ["rollback"]).exit_code == 75
    assert ask(data, "select release_id from meta.releases") == [("r2",)]
    assert CliRunner().invoke(app, ["rollback"]).exit_code == 0
