"""Whatever kills the publisher, whoever reads meanwhile: always the old release or the new."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import ledger, shelf
from orchestration.receipt import differences, read_receipt
from orchestration.release import list_releases, publish, rollback
from tests.orchestration import good_warehouse
from tests.orchestration.releasing import sealed

# The promise is 200 kills, and 800 reads over 40 publications: `make test-soak`. Every run of the tests does a tenth.
KILLS = int(os.environ.get("UNWIND_TEST_KILLS", "20"))
PUBLICATIONS = int(os.environ.get("UNWIND_TEST_PUBLICATIONS", "6"))
# Of each of two readers between two publications, however slow the machine.
READS_BETWEEN = 10
# Says when it is about to start, so that kills fall into the publication and not into the imports.
PUBLISHER = """
import sys
from pathlib import Path
from orchestration.release import publish
from orchestration.rules import load_rules
rules = load_rules()
print("ready", flush=True)
sys.stdin.readline()
publish(Path(sys.argv[1]), sys.argv[2], rules=rules)
print("done", flush=True)
"""
# Every table carries the release's mark, so a mix of two releases shows.
READER = """
import sys, time
from pathlib import Path
import duckdb
published, stop, reads, seen = Path(sys.argv[1]), Path(sys.argv[2]), 0, set()
counter = open(sys.argv[3], "wb", buffering=0)
while not stop.exists():
    with duckdb.connect(str(published / "unwind.duckdb"), read_only=True) as connection:
        [(name,)] = connection.execute("select release_id from meta.releases").fetchall()
        marks = connection.execute(
            "select trades_count from marts.fct_price_hourly "
            "union select trades_count from marts.fct_price_daily"
        ).fetchall()
    assert marks == [(int(name[1:]),)], (name, marks)
    reads += 1
    counter.write(b".")
    seen.add(name)
print(reads, len(seen))
"""


def now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def marked(number: int) -> str:
    return ";".join(
        f"update marts.{table} set trades_count = {number}" for table in ("fct_price_hourly", "fct_price_daily")
    )


def read(published: Path) -> str:
    """The current release as a reader finds it, after a look at every byte of it."""
    with duckdb.connect(str(published / "unwind.duckdb"), read_only=True) as connection:
        [(release_id,)] = connection.execute("select release_id from meta.releases").fetchall()
        assert connection.execute("select count(*) from marts.fct_price_hourly").fetchall() == [(384,)]
    folder = (published / "latest").resolve()
    receipt = read_receipt(folder)
    assert folder.name == release_id
    assert receipt is not None
    assert list(differences(folder, receipt)) == []
    return release_id


@pytest.fixture
def publisher(tmp_path: Path):
    running = []

    def start(release_id: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(tmp_path / "published"), release_id],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=good_warehouse.PROJECT,
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


@pytest.mark.long
def test_a_kill_leaves_the_old_release_or_the_new(tmp_path: Path, publisher) -> None:
    published = tmp_path / "published"
    sealed(tmp_path, "r1")
    publish(published, "r1")
    sealed(tmp_path, "r2")
    process = publisher("r2")
    started = time.perf_counter()
    go(process)
    assert process.stdout.readline() == "done\n"
    duration = time.perf_counter() - started
    dice, outcomes = random.Random(20260205), []
    for _ in range(KILLS):
        # Back to the start: r1 is current and r2 a sealed candidate, as if it had never been published.
        shelf.clean_up(published, now())
        if shelf.current_id(published) == "r2":
            rollback(published, "r1")
        if (published / "releases" / "r2").exists():
            (published / "releases" / "r2").rename(published / "candidates" / "r2")
            path = published / "ledger.jsonl"
            path.write_text("".join(line for line in path.read_text().splitlines(True) if '"r2"' not in line))
        process = publisher("r2")
        go(process)
        # Some kills come too late on purpose: both outcomes must be seen, on a slow machine too.
        time.sleep(dice.uniform(0, 1.6 * duration))
        process.kill()
        process.wait()
        outcomes.append(read(published))
        shelf.clean_up(published, now())
        assert read(published) == outcomes[-1]
        assert list(published.glob(".latest.*")) == []
    assert set(outcomes) == {"r1", "r2"}, "the kills all fell on one side of the swap"
    if shelf.current_id(published) != "r2":
        publish(published, "r2")
    assert read(published) == "r2"


@pytest.mark.parametrize("instant", ["note_published", "point_to", "_link", "prune"])
def test_a_stop_at_each_step_is_put_right_by_the_next_publication(tmp_path: Path, monkeypatch, instant: str) -> None:
    published = tmp_path / "published"
    sealed(tmp_path, "r1")
    publish(published, "r1")
    sealed(tmp_path, "r2")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shelf, instant, stop)
        with pytest.raises(KeyboardInterrupt):
            publish(published, "r2")
    assert read(published) in {"r1", "r2"}
    sealed(tmp_path, "r3")
    publish(published, "r3")
    assert read(published) == "r3"
    shelved = {release.manifest.release_id for release in list_releases(published)}
    waiting = {path.name for path in (published / "candidates").iterdir()}
    assert shelved | waiting == {"r1", "r2", "r3"}
    assert shelved & waiting == set()


def test_a_half_written_ledger_line_is_skipped(tmp_path: Path) -> None:
    ledger.append(tmp_path, event="published", release_id="r1")
    with (tmp_path / "ledger.jsonl").open("a") as handle:
        handle.write('{"event":"publ')
    ledger.append(tmp_path, event="published", release_id="r2")
    assert ledger.published_ids(tmp_path) == ["r1", "r2"]


def test_leftovers_of_dead_builders_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    published = tmp_path / "published"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for name, pid in (("r1", dead.pid), ("r2", 1)):
        folder = published / "candidates" / name
        folder.mkdir(parents=True)
        (folder / ".builder").write_text(str(pid))
        (published / "candidates" / f".r9.{pid}").mkdir()
        (published / f".latest.{pid}").symlink_to("releases/r9")
    shelf.clean_up(published, now())
    assert {path.name for path in (published / "candidates").iterdir()} == {"r2", ".r9.1"}
    assert {path.name for path in published.glob(".latest.*")} == {".latest.1"}


def wait_for_reads(readers: list[subprocess.Popen[str]], counters: list[Path], more: int) -> None:
    """Until every reader that is still alive has read that often again."""
    wanted = [(path.stat().st_size if path.exists() else 0) + more for path in counters]
    while any(
        reader.poll() is None and (path.stat().st_size if path.exists() else 0) < target
        for reader, path, target in zip(readers, counters, wanted, strict=True)
    ):
        time.sleep(0.01)


@pytest.mark.long
def test_readers_never_see_an_error_or_a_mix(tmp_path: Path) -> None:
    published, stop = tmp_path / "published", tmp_path / "stop"
    sealed(tmp_path, "r100", marked(100))
    publish(published, "r100")
    releases = [f"r{number}" for number in range(101, 101 + PUBLICATIONS)]
    for release_id in releases:
        sealed(tmp_path, release_id, marked(int(release_id[1:])))
    counters = [tmp_path / "reads.0", tmp_path / "reads.1"]
    command = [sys.executable, "-I", "-c", READER, str(published), str(stop)]
    readers = [
        subprocess.Popen([*command, str(counter)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for counter in counters
    ]
    for release_id in releases:
        publish(published, release_id)
        wait_for_reads(readers, counters, READS_BETWEEN)
    stop.touch()
    total = 0
    for reader in readers:
        output, errors = reader.communicate(timeout=20)
        assert reader.returncode == 0, errors
        reads, releases_seen = map(int, output.split())
        assert releases_seen >= PUBLICATIONS
        total += reads
    print(f"{total} reads over {PUBLICATIONS} publications, none wrong")
    assert total >= 2 * READS_BETWEEN * PUBLICATIONS
