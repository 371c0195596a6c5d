"""A short chain, what a node gives of it (headers, and the set of unspent outputs), and a folder to land sets in."""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.contract import find
from ingestion.http import LiveClient
from ingestion.ingest import IngestReport, ingest
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.unspent_outputs import convert
from ingestion.windows import Window

FIRST_AT = datetime(2009, 1, 3, 18, 15, 5)
TIP = 300
TIP_AT = datetime(2026, 2, 5, 23, 51)
DAY = TIP_AT.date()
COINS = 50.0 * TIP
# So small a file would be held in memory.
DATASET = replace(find("utxo/unspent_outputs"), archive_above_bytes=100)
SUBSIDY = 50 * 100_000_000
Output = tuple[int | None, int | None]


def headers(tip: int = TIP, tip_at: datetime = TIP_AT) -> bytes:
    """Of blocks 0 to `tip`: the first one of 2009, the others two days apart, each naming the one before."""
    stamps = [FIRST_AT, *(tip_at - timedelta(days=2 * number) for number in reversed(range(tip)))]
    before, chain = bytes(32), []
    for stamp in stamps:
        seconds = int(stamp.replace(tzinfo=UTC).timestamp())
        header = struct.pack("<i32s32sIII", 1, before, bytes(32), seconds, 0, 0)
        before = hashlib.sha256(hashlib.sha256(header).digest()).digest()
        chain.append(header)
    return b"".join(chain)


def outputs(tip: int = TIP) -> list[Output]:
    """All coins that were issued, in no order: a block's own whole, or parted in two."""
    halves = [
        (height, value)
        for height in range(1, tip + 1)
        for value in ([SUBSIDY] if height % 3 else [SUBSIDY // 5, SUBSIDY - SUBSIDY // 5])
    ]
    return sorted(halves, key=lambda output: hashlib.sha256(repr(output).encode()).digest())


def dump(path: Path, rows: Sequence[Output], columns: str = "value INT, coinbase INT, height INT") -> Path:
    """The table of utxo_to_sqlite.py."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"create table utxos (txid TEXT, vout INT, {columns}, scriptpubkey TEXT)")
        names = [column.split()[0] for column in columns.split(", ")]
        database.executemany(
            f"insert into utxos (txid, vout, {', '.join(names)}) values (?, ?{', ?' * len(names)})",
            [
                (f"{number:064x}", 0, *({"value": value, "coinbase": 0, "height": height}.get(n) for n in names))
                for number, (height, value) in enumerate(rows)
            ],
        )
        database.commit()
    return path


class World:
    """A folder of sets, and one to land them in."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.sets = home / "my sets"
        self.sets.mkdir()
        self.places = Places(home / "data")
        self.now = datetime(2026, 11, 20, 12)
        (home / "headers.bin").write_bytes(headers())

    def convert(self, rows: list[Output] | None = None) -> Path:
        dumped = dump(self.home / "utxo.sqlite", outputs() if rows is None else rows)
        return convert(dumped, self.home / "headers.bin", self.sets)

    def put(self, table: pa.Table, day: date = DAY) -> None:
        """A set of somebody's own making, with its right checksum."""
        path = self.sets / f"{day}.parquet"
        pq.write_table(table, path, row_group_size=100)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        path.with_name(f"{path.name}.CHECKSUM").write_text(f"{digest}  {path.name}\n")

    def land(self, first: date = DAY, last: date = DAY) -> IngestReport:
        settings = Settings(data_dir=self.places.data_dir, now=self.now, retry_attempts=1, retry_wait_seconds=0.002)
        with LiveClient(settings) as client:
            return ingest(DATASET, Window(first, last), client, self.places)

    def rows(self, day: date = DAY) -> pl.DataFrame:
        return pl.read_parquet(self.places.raw / "utxo" / "unspent_outputs" / f"{day}.parquet")
