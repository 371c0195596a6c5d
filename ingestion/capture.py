"""The response store: every answer as it came, appended, never changed.

A capture is the evidence behind every number: from it raw can be rebuilt with no network, to the same bytes.
What an answer means is none of its business (sources/ parses, landing.py lands).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.atomic import write_atomically
from ingestion.errors import CorruptFile
from ingestion.large_bodies import Archive

_FIELDS: list[pa.Field[Any]] = [
    pa.field("capture_id", pa.string(), nullable=False),
    pa.field("source", pa.string(), nullable=False),
    pa.field("dataset", pa.string(), nullable=False),
    pa.field("method", pa.string(), nullable=False),
    pa.field("url", pa.string(), nullable=False),
    pa.field("request_body", pa.binary()),
    pa.field("requested_at", pa.timestamp("us"), nullable=False),
    pa.field("received_at", pa.timestamp("us"), nullable=False),
    pa.field("status", pa.int32(), nullable=False),
    pa.field("content_type", pa.string()),
    pa.field("body", pa.binary(), nullable=False),
    pa.field("body_sha256", pa.string(), nullable=False),
    pa.field("covers_from", pa.date32()),
    pa.field("covers_to", pa.date32()),
    pa.field("provenance", pa.string(), nullable=False),
    # Of a body that is kept as a file of its own: where it is below the captures, and how long it is.
    pa.field("archive_path", pa.string()),
    pa.field("archive_bytes", pa.int64()),
]
CAPTURE_SCHEMA = pa.schema(_FIELDS)
_OF_BODIES = ("body", "archive_path", "archive_bytes")
INDEX_COLUMNS = [name for name in CAPTURE_SCHEMA.names if name not in _OF_BODIES]
_NOTHING = pl.DataFrame(CAPTURE_SCHEMA.empty_table().select(INDEX_COLUMNS))
# Answers whose bodies are read together, however few of them are wanted.
ANSWERS_IN_A_GROUP = 32


@dataclass(frozen=True, slots=True)
class Capture:
    """One answer of one source. Times are naive UTC; `covers_*` are the days it is about, None for all days.

    archive: where the body is, if it is too large for memory; `body` is empty then.
    """

    capture_id: str
    source: str
    dataset: str
    method: str
    url: str
    request_body: bytes | None
    requested_at: datetime
    received_at: datetime
    status: int
    content_type: str | None
    body: bytes
    body_sha256: str
    covers_from: date | None
    covers_to: date | None
    provenance: str
    archive: Archive | None = None

    def open(self) -> BinaryIO:
        """The body as a stream."""
        return self.archive.path.open("rb") if self.archive else io.BytesIO(self.body)

    @property
    def request_key(self) -> tuple[str, str, bytes | None]:
        """What makes two captures answers to the same question."""
        return (self.method, self.url, self.request_body)


def capture_id(method: str, url: str, request_body: bytes | None, received_at: datetime, body_sha256: str) -> str:
    """First 16 hex digits of the sha256 over what was asked, when it was answered, and the answer.

    >>> capture_id("GET", "https://x/y", None, datetime(2026, 2, 6), "00")
    '06aee5247ec11d78'
    """
    digest = hashlib.sha256()
    for part in (method, url, (request_body or b"").decode("latin-1"), received_at.isoformat(), body_sha256):
        digest.update(part.encode() + b"|")
    return digest.hexdigest()[:16]


class CaptureStore:
    """Captures under one root: `<root>/<source>/<dataset>/<first received>-<number>-<id>.parquet`.

    Answers that came at one instant (a clock may be frozen) keep the order in which they were stored.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        # What was read of a dataset's files, which nobody changes: an hour asks twice, of thousands of them in a year.
        self._indexed: dict[tuple[str, str], tuple[list[Path], pl.DataFrame]] = {}

    def append(self, captures: list[Capture]) -> None:
        """Store captures of one dataset as one new file. Nothing that is stored is touched."""
        if not captures:
            return
        first = captures[0]
        folder = self.root / first.source / first.dataset
        number = len(self._files(first.source, first.dataset))
        path = folder / f"{first.received_at:%Y%m%dT%H%M%S}-{number:06d}-{first.capture_id}.parquet"
        table = pa.Table.from_pylist([self._row(capture) for capture in captures], schema=CAPTURE_SCHEMA)
        how = partial(pq.write_table, table, row_group_size=ANSWERS_IN_A_GROUP, compression="zstd", compression_level=3)
        write_atomically(path, how)

    def index(self, source: str, dataset: str) -> pl.DataFrame:
        """Everything but the bodies, in order of receipt: who was asked what, when, and the answer's hash."""
        files = self._files(source, dataset)
        known, frame = self._indexed.get((source, dataset), ([], _NOTHING))
        if files[: len(known)] != known:
            known, frame = [], _NOTHING
        if new := files[len(known) :]:
            frames = pl.scan_parquet(new, hive_partitioning=False, extra_columns="ignore")
            frame = pl.concat([frame, frames.select(INDEX_COLUMNS).collect()])
            self._indexed[source, dataset] = files, frame
        stored = frame.unique("capture_id", keep="last", maintain_order=True)
        return stored.sort("received_at", "url", maintain_order=True)

    def read(self, source: str, dataset: str, ids: Iterable[str] | None = None) -> list[Capture]:
        """Captures with their bodies, in order of receipt; every body is checked against its hash."""
        found: dict[str, Capture] = {}
        for path, row in self._newest_first(source, dataset, None if ids is None else set(ids)):
            found.setdefault(row["capture_id"], self._capture(row, path))
        oldest_first = list(found.values())[::-1]
        return sorted(oldest_first, key=lambda c: (c.received_at, c.url))

    def each(self, source: str, dataset: str, ids: Sequence[str]) -> Iterator[Capture]:
        """The same one by one in the order of `ids`, each checked when it is taken and let go afterwards."""
        found: dict[str, tuple[dict[str, Any], Path]] = {}
        for path, row in self._newest_first(source, dataset, set(ids)):
            found.setdefault(row["capture_id"], (row, path))
        for one in ids:
            yield self._capture(*found.pop(one))

    def _newest_first(
        self, source: str, dataset: str, wanted: set[str] | None
    ) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Stored rows, newest first, where what is wanted mostly is; of a capture stored twice the later one stands."""
        found: set[str] = set()
        for path in reversed(self._files(source, dataset)):
            if wanted is not None and wanted <= found:
                return
            for row in reversed(_rows(path, None if wanted is None else wanted - found)):
                found.add(row["capture_id"])
                yield path, row

    def _row(self, capture: Capture) -> dict[str, Any]:
        row = {name: getattr(capture, name) for name in (*INDEX_COLUMNS, "body")}
        if capture.archive:
            archive = capture.archive.moved_to(self.root)
            row |= {"archive_path": str(archive.path.relative_to(self.root)), "archive_bytes": archive.size}
        return row

    def _capture(self, row: dict[str, Any], path: Path) -> Capture:
        """A stored row with its body proved to be the one that came."""
        where, size, digest = row.pop("archive_path", None), row.pop("archive_bytes", None), row["body_sha256"]
        if where:
            archive = Archive(self.root / where, digest, size)
            archive.verify()
            return Capture(**row, archive=archive)
        if hashlib.sha256(row["body"]).hexdigest() != digest:
            raise CorruptFile(f"{path.name}: the body of capture {row['capture_id']} has changed on disk")
        return Capture(**row)

    def datasets(self) -> list[tuple[str, str]]:
        """(source, dataset) of everything stored."""
        return sorted({(p.parent.parent.name, p.parent.name) for p in self.root.glob("*/*/*.parquet")})

    def _files(self, source: str, dataset: str) -> list[Path]:
        return sorted((self.root / source / dataset).glob("*.parquet"))


def _rows(path: Path, wanted: set[str] | None) -> list[dict[str, Any]]:
    """The stored rows of one file, those of the ids that are wanted. A file from before there were archives has no
    columns about them."""
    # The file itself: the reader of many files costs several times as much for one that is small.
    with pa.OSFile(str(path), "rb") as stored:
        file = pq.ParquetFile(stored)
        columns = [name for name in CAPTURE_SCHEMA.names if name in file.schema_arrow.names]
        if wanted is None:
            return file.read(columns, use_threads=False).to_pylist()
        # Bodies are long; whether any of a group's is wanted is told by its shortest column.
        rows: list[dict[str, Any]] = []
        for group in range(file.num_row_groups):
            ids = file.read_row_group(group, ["capture_id"], use_threads=False)["capture_id"].to_pylist()
            is_wanted = [one in wanted for one in ids]
            if any(is_wanted):
                found = file.read_row_group(group, columns, use_threads=False)
                rows += found.filter(pa.array(is_wanted)).to_pylist()
        return rows
