"""Bodies too large for memory: streamed to a file of their own, proved again when read, never there by half."""

from __future__ import annotations

import gzip
import hashlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pyarrow.parquet as pq
import pytest

from ingestion.capture import CAPTURE_SCHEMA, INDEX_COLUMNS, Capture, CaptureStore
from ingestion.contract import Dataset, Pace, find
from ingestion.errors import CorruptFile, SourceUnavailable
from ingestion.http import LiveClient
from ingestion.ingest import IngestReport, ingest
from ingestion.large_bodies import FOLDER
from ingestion.places import Places
from ingestion.reparse import project
from ingestion.replay import ReplayClient
from ingestion.request import Fetcher
from ingestion.settings import Settings
from ingestion.sources import feed
from ingestion.windows import Window
from tests.ingestion.sources.twins_tardis import CHAIN, DAY
from tests.loopback.scripted import Answer, Scripted

NOON = datetime(2026, 9, 2, 12)
TARDIS = replace(find(CHAIN.dataset), archive_above_bytes=100, pace=Pace(1000, 1.0))
DIGEST = hashlib.sha256(CHAIN.body).hexdigest()


def minutes_of_a_chain(minutes: int, rows: int) -> Iterator[bytes]:
    """A day's file, one packed piece a minute: names repeat, quotes are random, so that it packs like a real one."""
    turn, start = random.Random(8), int((datetime(2026, 9, 1) - datetime(1970, 1, 1)) / timedelta(microseconds=1))
    yield gzip.compress(CHAIN.content.split(b"\n", 1)[0] + b"\n", 1)
    for minute in range(minutes):
        lines = []
        for row in range(rows):
            coin, strike = ("BTC", 60_000 + row % 400 * 100) if row % 2 else ("ETH", 1_000 + row % 400 * 10)
            stamp = start + minute * 60_000_000 + row * (60_000_000 // rows)
            price, iv, size = turn.random() / 10, 40 + turn.random() * 40, turn.random() * 100
            lines.append(
                f"deribit,{coin}-25SEP26-{strike}-P,{stamp - 5000},{stamp},put,{strike},1790323200000000,{size:.1f},"
                f"{price:.4f},{price:.4f},{size:.1f},{iv:.2f},{price + 0.01:.4f},{size:.2f},{iv + 1:.2f},{price:.5f},"
                f"{iv:.3f},{coin}-25SEP26,{90_000 + price:.2f},-{price:.5f},0.00002,{iv:.1f},-{iv:.1f},-14.4\n"
            )
        yield gzip.compress("".join(lines).encode(), 6)


class World:
    """A host of large files, and a folder to land them in."""

    def __init__(self, server: Scripted, folder: Path) -> None:
        self.server = server
        self.places = Places(folder)

    def land(self, dataset: Dataset = TARDIS, client: Fetcher | None = None) -> IngestReport:
        if client:
            return ingest(dataset, Window(DAY, DAY), client, self.places)
        with LiveClient(self.settings()) as live:
            return ingest(dataset, Window(DAY, DAY), live, self.places)

    def settings(self) -> Settings:
        return Settings(
            data_dir=self.places.data_dir,
            mirror=self.server.url,
            now=NOON,
            also="tardis",
            retry_attempts=2,
            retry_wait_seconds=0.002,
        )

    @property
    def folder(self) -> Path:
        return self.places.capture / FOLDER

    def archives(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("*")) if self.folder.exists() else []

    def store(self) -> CaptureStore:
        return CaptureStore(self.places.capture)

    def read(self) -> list[Capture]:
        return self.store().read(TARDIS.source, TARDIS.name)

    def raw(self) -> bytes:
        return (self.places.raw / TARDIS.source / TARDIS.name / f"{DAY}.parquet").read_bytes()


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("ingestion.http.load_contracts", lambda: (TARDIS,))
    with Scripted(lambda _: Answer(CHAIN.body)) as server:
        yield World(server, tmp_path / "live")


def test_a_large_body_is_a_file_named_by_its_digest_and_its_capture_points_there(world: World) -> None:
    report = world.land()
    assert (report.captured, report.rows, report.failures) == (1, 3, [])
    assert world.archives() == [DIGEST]
    (path,) = (world.places.capture / TARDIS.source / TARDIS.name).glob("*.parquet")
    (row,) = pq.ParquetFile(path).read().to_pylist()
    assert (row["body"], row["body_sha256"]) == (b"", DIGEST)
    assert (row["archive_path"], row["archive_bytes"]) == (f"{FOLDER}/{DIGEST}", len(CHAIN.body))
    (capture,) = world.read()
    assert capture.open().read() == CHAIN.body


def test_a_body_is_read_alike_from_a_file_and_from_memory(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.land()
    monkeypatch.setattr("ingestion.http.load_contracts", lambda: (replace(TARDIS, archive_above_bytes=None),))
    small = World(world.server, tmp_path / "small")
    small.land()
    assert small.archives() == []
    assert small.read()[0].body == CHAIN.body
    assert small.raw() == world.raw()


def test_the_same_file_captured_twice_is_kept_once(world: World) -> None:
    world.land()
    first = world.read()[0]
    world.store().append([replace(first, capture_id="later", received_at=NOON + timedelta(days=1))])
    assert world.archives() == [DIGEST]
    assert len(world.read()) == 2


def test_a_replay_and_a_new_parse_read_the_archive_and_give_the_same_bytes(world: World, tmp_path: Path) -> None:
    world.land()
    replayed = World(world.server, tmp_path / "replayed")
    asked = len(world.server.log)
    assert replayed.land(client=ReplayClient(world.store(), NOON)).captured == 1
    assert (replayed.raw(), replayed.archives()) == (world.raw(), [DIGEST])
    before, report = world.raw(), IngestReport(TARDIS.key)
    project(TARDIS, feed(TARDIS), world.store(), world.places, report, is_forced=True)
    assert (world.raw(), report.unreadable) == (before, [])
    assert len(world.server.log) == asked


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (damage, "has changed on disk"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "has changed on disk"),
        (Path.unlink, "cannot be read: No such file"),
    ],
    ids=["one bit", "one byte short", "gone"],
)
def test_an_archive_that_is_not_what_was_captured_is_told_by_its_name(
    world: World, harm: Callable[[Path], None], told: str
) -> None:
    world.land()
    stored = world.raw()
    harm(world.folder / DIGEST)
    for read in (
        world.read,
        lambda: ReplayClient(world.store(), NOON).fetch(feed(TARDIS).requests(TARDIS, Window(DAY, DAY))[0]),
    ):
        with pytest.raises(CorruptFile, match=f"{FOLDER}/{DIGEST}: the archive {told}"):
            read()
    with pytest.raises(CorruptFile, match=DIGEST):
        project(TARDIS, feed(TARDIS), world.store(), world.places, IngestReport(TARDIS.key), is_forced=True)
    assert world.raw() == stored
    assert world.land().captured == 0, "the capture is known"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(CHAIN.body, headers={"Content-Length": str(len(CHAIN.body) + 1), "Connection": "close"}), "2 tries"),
        (Answer(b"<html>" + bytes(5_000)), "an HTML page in place of gzip"),
        (Answer(CHAIN.body * 100), "body larger than 20000 bytes"),
        (Answer(bytes(5_000), 500), "body larger than 100 bytes"),
    ],
    ids=["cut", "another kind", "beyond the cap", "an error in memory"],
)
def test_what_is_no_whole_answer_leaves_no_file(
    world: World, monkeypatch: pytest.MonkeyPatch, answer: Answer, told: str
) -> None:
    monkeypatch.setattr("ingestion.http.load_contracts", lambda: (replace(TARDIS, max_body_bytes=20_000),))
    world.server.answer = lambda _: answer
    report = world.land()
    assert told in report.failures[0]
    assert (world.archives(), report.captured) == ([], 0)


@pytest.mark.parametrize(("slowest", "archives"), [(1, 1), (10**9, 0)])
def test_a_file_may_take_longer_the_more_of_it_has_come(
    world: World, monkeypatch: pytest.MonkeyPatch, slowest: int, archives: int
) -> None:
    """Every look at the clock finds it a second later, and the deadline is three."""
    seconds = count()
    monkeypatch.setattr("ingestion.http.time", SimpleNamespace(monotonic=lambda: next(seconds), time=time.time))
    monkeypatch.setattr("ingestion.http.SLOWEST_BYTES_A_SECOND", slowest)
    world.server.answer = lambda _: Answer(CHAIN.body + bytes(2_000_000))
    settings = world.settings().model_copy(update={"deadline_seconds": 3.0, "retry_attempts": 1})
    expected: AbstractContextManager[object] = (
        nullcontext() if archives else pytest.raises(SourceUnavailable, match="no complete answer within 3")
    )
    with LiveClient(settings) as client, expected:
        client.fetch(feed(TARDIS).requests(TARDIS, Window(DAY, DAY))[0])
    assert len(world.archives()) == archives


def test_captures_of_before_there_were_archives_are_read_beside_newer_ones(world: World) -> None:
    older = CHAIN.capture(received_at=NOON - timedelta(days=1))
    world.store().append([older])
    (path,) = (world.places.capture / TARDIS.source / TARDIS.name).glob("*.parquet")
    table = pq.read_table(path, partitioning=None).select([*INDEX_COLUMNS, "body"])
    pq.write_table(table, path)
    world.land()
    assert world.store().index(TARDIS.source, TARDIS.name).columns == INDEX_COLUMNS
    assert [capture.open().read() for capture in world.read()] == [CHAIN.body, CHAIN.body]
    assert {"archive_path", "archive_bytes"} < set(CAPTURE_SCHEMA.names)


_LANDS = """
import sys
from datetime import date, datetime
from pathlib import Path
from ingestion.contract import find
from ingestion.http import LiveClient
from ingestion.ingest import ingest
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window
data, mirror = Path(sys.argv[1]), sys.argv[2]
settings = Settings(data_dir=data, mirror=mirror, now=datetime(2026, 9, 2, 12), also="tardis", retry_attempts=1)
dataset, day = find("tardis/options_chain_first_of_month"), date(2026, 9, 1)
with LiveClient(settings) as client:
    report = ingest(dataset, Window(day, day), client, Places(data))
# The peak of this program alone: ru_maxrss would begin with that of the process that started it.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(report.rows, int(peak.split()[1]) // 1024, report.failures)
"""


def lands(world: World) -> subprocess.Popen[str]:
    """A process of its own that lands the day."""
    command = [sys.executable, "-c", _LANDS, str(world.places.data_dir), world.server.url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_memory_does_not_grow_with_the_file(world: World) -> None:
    """A hundred megabytes of lines in twenty of gzip; the figure for 300 of gzip is in docs/decisions/0008."""
    body = b"".join(minutes_of_a_chain(8, 60_000))
    world.server.answer = lambda _: Answer(body)
    with lands(world) as process:
        told, _ = process.communicate(timeout=120)
    rows, megabytes, failures = told.split(" ", 2)
    assert failures.strip() == "[]"
    assert int(rows) == 8 * 400
    assert world.archives() == [hashlib.sha256(body).hexdigest()]
    assert int(megabytes) < 400


class Endless(bytes):
    """A body that says it is longer than it is, so that whoever reads it waits for the rest."""

    def __len__(self) -> int:
        return 10 * super().__len__()


def test_a_kill_leaves_no_half_file_and_the_next_run_clears_up(world: World) -> None:
    world.server.answer = lambda _: Answer(Endless(b"\x1f\x8b" + bytes(9 * 1024 * 1024)))
    with lands(world) as process:
        deadline = time.monotonic() + 60
        while not world.archives():
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    (left,) = world.archives()
    assert (left[0], Path(left).suffix) == (".", ".part"), "what was on its way when the process died"
    world.server.answer = lambda _: Answer(CHAIN.body)
    assert (world.land().rows, world.archives()) == (3, [DIGEST])
