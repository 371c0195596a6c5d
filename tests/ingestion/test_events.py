"""Files of trades: read in pieces, kept whole as vintages, put in order, and nothing of a bad one."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

from ingestion import archives, events
from ingestion.capture import CaptureStore
from ingestion.cases.wire import checksum_text, csv_name, zip_bytes
from ingestion.contract import Dataset, Pace, find
from ingestion.coverage import landed_days
from ingestion.http import LiveClient
from ingestion.ingest import IngestReport, ingest
from ingestion.landing import raw_schema
from ingestion.large_bodies import FOLDER
from ingestion.places import Places
from ingestion.reparse import project
from ingestion.settings import Settings
from ingestion.sources import feed
from ingestion.windows import Window
from orchestration.reparse_command import raw_digest
from tests.loopback.scripted import Answer, Question, Scripted

DAY = date(2026, 2, 5)
NEXT = DAY + timedelta(days=1)
MIDNIGHT = int((datetime(2026, 2, 5) - datetime(1970, 1, 1)) / timedelta(microseconds=1))
NOON = datetime(2026, 2, 7, 12)
SPOT, PERPETUAL = (
    replace(find(f"binance_vision_trades/{name}_agg_trades"), archive_above_bytes=200, pace=Pace(1000, 1.0))
    for name in ("spot", "um")
)
Trade = tuple[int, float, float, int, int, int, str]


def trades(count: int = 60, day: date = DAY, seed: int = 1) -> list[Trade]:
    """Trades through a whole day: number, price, quantity, first and last, moment in microseconds, the maker's side."""
    turn, start = random.Random(seed), MIDNIGHT + (day - DAY).days * 86_400_000_000
    return [
        (
            10**9 + i,
            70_000 + turn.randrange(9_000) / 100,
            turn.randrange(1, 90_000) / 100_000,
            5 * 10**9 + 3 * i,
            5 * 10**9 + 3 * i + turn.randrange(3),
            start + i * (86_400_000_000 // count),
            turn.choice(("True", "False")),
        )
        for i in range(count)
    ]


def csv(rows: Sequence[Sequence[Any]], best: bool = True) -> str:
    return "".join(",".join(map(str, [*row, *(["True"] if best else [])])) + "\n" for row in rows)


class World:
    """An archive of files by day, and a folder to land them in."""

    def __init__(self, server: Scripted, folder: Path) -> None:
        self.server = server
        self.places = Places(folder)
        self.files: dict[str, bytes] = {}
        self.checksums: dict[str, bytes] = {}
        self.now = NOON
        server.answer = self.answer

    def answer(self, question: Question) -> Answer:
        name = question.path.rpartition("/")[2]
        if name.endswith(".CHECKSUM"):
            told = self.checksums.get(name.removesuffix(".CHECKSUM"))
            return Answer(told) if told else Answer(b"", 404)
        return Answer(self.files[name])

    def put(self, content: str | bytes, day: date = DAY, body: bytes | None = None) -> str:
        """Publish a day's file, or other bytes under its name, with their right checksum."""
        name = f"BTCUSDT-aggTrades-{day}.zip"
        whole = zip_bytes(csv_name(name), content.encode() if isinstance(content, str) else content)
        self.files[name] = body or whole
        self.checksums[name] = checksum_text(name, self.files[name])
        return name

    def land(self, dataset: Dataset = SPOT, first: date = DAY, last: date = DAY) -> IngestReport:
        settings = Settings(
            data_dir=self.places.data_dir, mirror=self.server.url, now=self.now, also="binance_vision_trades",
            retry_attempts=1, retry_wait_seconds=0.002,
        )  # fmt: skip
        with LiveClient(settings) as client:
            return ingest(dataset, Window(first, last), client, self.places)

    def file(self, dataset: Dataset = SPOT, day: date = DAY) -> Path:
        return self.places.raw / dataset.source / dataset.name / f"{day}.parquet"

    def rows(self, dataset: Dataset = SPOT, day: date = DAY) -> pl.DataFrame:
        return pl.read_parquet(self.file(dataset, day))

    def numbers(self) -> list[int]:
        return self.rows()["trade_id"].to_list()

    def aside(self) -> list[tuple[str, str]]:
        path = self.places.quarantine / SPOT.source / SPOT.name / f"{DAY}.parquet"
        return pl.read_parquet(path).select("scope", "reason").rows() if path.exists() else []

    def hidden(self) -> list[str]:
        return [path.name for path in self.file().parent.glob(".*.part")]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr("ingestion.http.load_contracts", lambda: (SPOT, PERPETUAL))
    with Scripted(lambda _: Answer()) as server:
        yield World(server, tmp_path)


def test_a_day_of_trades_lands_in_order_of_time_with_its_archive_beside_the_captures(world: World) -> None:
    name = world.put(csv(trades()))
    report = world.land()
    assert (report.failures, report.unreadable, report.rows, report.quarantined) == ([], [], 60, {})
    rows = world.rows()
    assert pq.read_schema(world.file()).remove_metadata().equals(raw_schema(SPOT))
    number, price, quantity, first, last, _, side = trades()[0]
    assert rows.row(0)[:8] == (
        "BTCUSDT", number, datetime(2026, 2, 5), price, quantity, first, last, side == "True",
    )  # fmt: skip
    assert rows["traded_at"].is_sorted()
    # A day after its end, within the lag that the contract allows: known when we had it.
    assert rows.select("symbol", "known_at", "is_known_at_estimated").unique().rows() == [("BTCUSDT", NOON, False)]
    assert [path.name for path in (world.places.capture / FOLDER).iterdir()] == [
        hashlib.sha256(world.files[name]).hexdigest()
    ]
    assert world.land().asked == 1, "the checksum alone, for the file is known"


def test_the_perpetual_has_a_header_and_milliseconds(world: World) -> None:
    rows = [(*row[:5], row[5] // 1000, row[6].lower()) for row in trades()]
    header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
    world.put(header + csv(rows, best=False))
    world.land(PERPETUAL)
    headed = world.rows(PERPETUAL)
    world.put(csv(rows, best=False))
    world.now += timedelta(days=1)
    world.land(PERPETUAL)
    both = world.rows(PERPETUAL)
    assert headed.height == 60
    business = [column.name for column in PERPETUAL.columns]
    assert both.tail(60).select(business).equals(headed.select(business)), "with a header or without"
    assert both["is_buyer_maker"].to_list()[:60] == [row[6] == "True" for row in trades()]


def test_both_units_in_one_file_are_read_value_by_value(world: World) -> None:
    mixed = [(*row[:5], row[5] // 1000 if row[0] % 2 else row[5], row[6]) for row in trades()]
    world.put(csv(mixed))
    world.land()
    assert world.rows()["traded_at"].to_list() == [
        datetime(1970, 1, 1) + timedelta(microseconds=row[5] // 1000 * 1000 if row[0] % 2 else row[5])
        for row in trades()
    ]


@pytest.mark.parametrize("size", [40, 333, 100_000])
@pytest.mark.parametrize("group", [7, 100_000])
def test_pieces_of_any_size_give_the_same_file(
    world: World, monkeypatch: pytest.MonkeyPatch, size: int, group: int
) -> None:
    monkeypatch.setattr(events, "ROW_GROUP", group)
    world.put(csv(trades()))
    world.land()
    whole = world.rows()
    monkeypatch.setattr(archives, "BLOCK_BYTES", size)
    project(SPOT, feed(SPOT), CaptureStore(world.places.capture), world.places, IngestReport(SPOT.key), is_forced=True)
    assert world.rows().equals(whole)
    assert world.hidden() == []


def test_trades_out_of_order_and_twice_are_put_in_order_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "BLOCK_BYTES", 200)
    world.put(csv(trades()))
    world.land()
    right = world.rows().drop("_capture_id", "_fetched_at", "known_at")
    for seed in range(3):
        turn, mixed = random.Random(seed), [*trades(), *trades()[5:9]]
        turn.shuffle(mixed)
        other = World(world.server, world.places.data_dir / f"{seed}")
        other.put(csv(mixed))
        assert other.land().quarantined == {}
        assert other.rows().drop("_capture_id", "_fetched_at", "known_at").equals(right)


def test_a_trade_told_in_two_ways_is_refused_in_both(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "BLOCK_BYTES", 200)
    patient = replace(SPOT, bad_row_tolerance_ratio=0.2)
    world.put(csv([*trades(), (*trades()[3][:2], 99.5, *trades()[3][3:]), trades()[7], trades()[3]]))
    report = world.land(patient)
    assert report.quarantined == {"one answer gives this fact two different values": 2}
    assert world.numbers() == [row[0] for row in trades() if row != trades()[3]]


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        (1, "0", "price is not positive"),
        (1, "NaN", "price is not finite"),
        (1, "1e999", "price is not finite"),
        (2, "-0.1", "negative quantity"),
        (2, "", "quantity_coins is missing"),
        (2, "many", "quantity_coins is not of type double"),
        (3, 10**11, "its trades end before they begin"),
        (5, 1770249600, "time is unreadable or in another unit"),
        (5, MIDNIGHT + 86_400_000_000, "outside the day of its file"),
        (6, "maybe", "is_buyer_maker is not of type boolean"),
    ],
)
def test_a_bad_trade_stands_aside_with_its_reason(world: World, place: int, value: object, reason: str) -> None:
    rows: list[list[Any]] = [list(row) for row in trades(200)]
    rows[17][place] = value
    world.put(csv(rows))
    assert world.land().quarantined == {reason: 1}
    assert world.numbers() == [row[0] for row in trades(200) if row != trades(200)[17]]


def test_a_file_with_too_many_bad_trades_is_refused_and_held_back_before_its_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(*row[:2], -1, *row[3:]) if row[0] % 10 == 0 else row for row in trades()]
    world.put(csv(rows))
    assert "6 of 60 rows are bad, over the 1.0% allowed: negative quantity (6)" in world.land().unreadable[0]
    monkeypatch.setattr(events, "MOST_BAD", 3)
    world.put(csv(rows) + "\n")
    assert "more than 3 rows are bad" in world.land().unreadable[0]
    assert not world.file().exists()


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda body: body[: len(body) // 2], "not a readable zip"),
        (lambda body: body[:100] + bytes([body[100] ^ 255]) + body[101:], "not a readable zip"),
        (lambda body: zip_bytes("../../evil.csv", b"1,2"), "expected only"),
        (lambda body: zip_bytes(f"BTCUSDT-aggTrades-{DAY}.csv", b""), "is empty"),
        (lambda body: zip_bytes(f"BTCUSDT-aggTrades-{DAY}.csv", b"1,2,3\n"), "3 columns"),
        (lambda body: zip_bytes(f"BTCUSDT-aggTrades-{DAY}.csv", b"id,price\n1,2\n"), "neither a trade nor a header"),
        (lambda body: zip_bytes(f"BTCUSDT-aggTrades-{DAY}.csv", b"0" * 9_000_000), "unpacks to more"),
    ],
    ids=["ends early", "a bit", "foreign member", "empty", "columns", "header", "bomb"],
)
def test_a_correction_that_cannot_be_read_takes_nothing_away(world: World, harm: Any, told: str) -> None:
    """Its checksum is right, so the harm was done before it was published."""
    name = world.put(csv(trades()))
    world.land()
    before = world.rows()
    world.put("", body=harm(world.files[name]))
    world.now += timedelta(hours=1)
    report = world.land()
    assert told in report.unreadable[0]
    assert [scope for scope, _ in world.aside()] == ["capture"]
    assert world.rows().equals(before)
    assert world.hidden() == []


def test_a_file_that_is_not_of_its_checksum_is_not_taken(world: World) -> None:
    name = world.put(csv(trades()))
    world.checksums[name] = checksum_text(name, b"another file")
    report = world.land()
    assert "the sha256 of the file is not the published one (asked twice)" in report.failures[0]
    assert (report.rows, world.file().exists()) == (0, False)


def test_a_corrected_day_stays_beside_the_first_one_and_touches_no_other_day(world: World) -> None:
    """Two trades are gone and one has another quantity: what was told before is not forgotten, and is not counted."""
    world.put(csv(trades()))
    world.put(csv(trades(day=NEXT, seed=2)), NEXT)
    world.land(last=NEXT)
    untouched = world.file(day=NEXT).stat()
    corrected = [row if row[0] != 10**9 + 4 else (*row[:2], 0.5, *row[3:]) for row in trades()[2:]]
    world.put(csv(corrected))
    world.now += timedelta(days=2)
    report = world.land(last=NEXT)
    (landed,) = report.landed
    assert (landed.partition, landed.rows, landed.vintages) == (f"{DAY}", 58, 60)
    assert world.file(day=NEXT).stat() == untouched
    first, second = world.rows().partition_by("_capture_id", maintain_order=True)
    assert (first.height, second.height) == (60, 58)
    assert first["known_at"].unique().to_list() == [NOON]
    assert second["known_at"].unique().to_list() == [NOON + timedelta(days=2)]
    assert second["quantity_coins"][2] == 0.5
    # One series of two days, with the newest file's trades of each.
    assert landed_days(world.places.raw, SPOT)["facts"].to_list() == [58, 60]
    assert landed_days(world.places.raw, SPOT)["series"].n_unique() == 1
    digest = raw_digest(world.places, SPOT)
    project(SPOT, feed(SPOT), CaptureStore(world.places.capture), world.places, IngestReport(SPOT.key), is_forced=True)
    assert raw_digest(world.places, SPOT) == digest


_DIES = """
import os, signal, sys
from pathlib import Path
from ingestion import events
from ingestion.capture import CaptureStore
from ingestion.contract import find
from ingestion.ingest import IngestReport
from ingestion.places import Places
from ingestion.reparse import project
from ingestion.sources import feed
events.pq.ParquetWriter.write_table = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
places, dataset = Places(Path(sys.argv[1])), find("binance_vision_trades/spot_agg_trades")
project(dataset, feed(dataset), CaptureStore(places.capture), places, IngestReport(dataset.key), is_forced=True)
"""


def test_a_killed_landing_leaves_the_day_as_it_was_and_the_next_one_clears_up(world: World) -> None:
    world.put(csv(trades()))
    world.land()
    before = world.file().read_bytes()
    died = subprocess.run([sys.executable, "-c", _DIES, str(world.places.data_dir)], check=False)
    assert died.returncode == -9
    assert (len(world.hidden()), world.file().read_bytes()) == (1, before)
    world.land()
    assert (world.hidden(), world.file().read_bytes()) == ([], before)
