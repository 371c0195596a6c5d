"""The response store: every answer as it came, appended, never changed.

A capture is the evidence behind every number: from it raw can be rebuilt with no network, to the same bytes.
What an answer means is none of its business (sources/ parses, landing.py lands).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
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

    def append(self, captures: list[Capture]) -> None:
        """Store captures of one dataset as one new file. Nothing that is stored is touched."""
        if not captures:
            return
        first = captures[0]
        folder = self.root / first.source / first.dataset
        number = len(self._files(first.source, first.dataset))
        path = folder / f"{first.received_at:%Y%m%dT%H%M%S}-{number:06d}-{first.capture_id}.parquet"
        table = pa.Table.from_pylist([self._row(capture) for capture in captures], schema=CAPTURE_SCHEMA)
        write_atomically(path, lambda part: pq.write_table(table, part, compression="zstd", compression_level=3))

    def index(self, source: str, dataset: str) -> pl.DataFrame:
        """Everything but the bodies, in order of receipt: who was asked what, when, and the answer's hash."""
        files = self._files(source, dataset)
        if not files:
            return pl.from_arrow(CAPTURE_SCHEMA.empty_table()).select(INDEX_COLUMNS)  # type: ignore[union-attr]
        # All at once: a year of polls is thousands of small files.
        frames = pl.scan_parquet(files, hive_partitioning=False, extra_columns="ignore")
        frame = frames.select(INDEX_COLUMNS).collect()
        stored = frame.unique("capture_id", keep="last", maintain_order=True)
        return stored.sort("received_at", "url", maintain_order=True)

    def read(self, source: str, dataset: str, ids: Iterable[str] | None = None) -> list[Capture]:
        """Captures with their bodies, in order of receipt; every body is checked against its hash."""
        wanted = None if ids is None else set(ids)
        found: dict[str, Capture] = {}
        # Newest first, where what is wanted mostly is; of a capture that is stored twice the later one stands.
        for path in reversed(self._files(source, dataset)):
            if wanted is not None and wanted <= found.keys():
                break
            filters = None if wanted is None else pc.field("capture_id").isin(list(wanted - found.keys()))
            # Bodies are long; whether any of a file's is wanted is told by its shortest column.
            if filters is not None and not pq.read_table(
                path, columns=["capture_id"], filters=filters, partitioning=None
            ):
                continue
            rows = pq.read_table(path, schema=CAPTURE_SCHEMA, filters=filters, partitioning=None).to_pylist()
            for row in reversed(rows):
                found.setdefault(row["capture_id"], self._capture(row, path))
        oldest_first = list(found.values())[::-1]
        return sorted(oldest_first, key=lambda c: (c.received_at, c.url))

    def _row(self, capture: Capture) -> dict[str, Any]:
        row = asdict(capture)
        if capture.archive:
            archive = capture.archive.moved_to(self.root)
            row |= {"archive_path": str(archive.path.relative_to(self.root)), "archive_bytes": archive.size}
        return row

    def _capture(self, row: dict[str, Any], path: Path) -> Capture:
        """A stored row with its body proved to be the one that came."""
        where, size, digest = row.pop("archive_path"), row.pop("archive_bytes"), row["body_sha256"]
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
