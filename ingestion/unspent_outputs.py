"""`python -m ingestion.unspent_outputs SQLITE HEADERS FOLDER`: a node's set of unspent outputs as the file we land.

SQLITE is what Bitcoin Core's utxo_to_sqlite.py makes of `dumptxoutset`; HEADERS the 80-byte headers of all blocks, one
behind the other. docs/bitcoind.md says how to get both. Rows are streamed: a set of any size takes the same memory.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from ingestion.atomic import write_atomically
from ingestion.errors import UnwindError
from ingestion.sources.utxo import COLUMNS

HEADER_BYTES = 80
ROW_GROUP = 122_880
SCHEMA = pa.schema(COLUMNS)
Times = NDArray[np.datetime64]
Whole = NDArray[np.int64]
# Sorted by SQLite, which puts on disk what memory does not hold.
_OUTPUTS = "select height, value from utxos order by height, value"


class NotConverted(UnwindError):
    """What a node gave is no set of unspent outputs with the headers of its blocks."""


def convert(sqlite: Path, headers: Path, folder: Path) -> Path:
    """Write `<day of the newest block>.parquet` and its checksum into the folder. Raises NotConverted."""
    created_at = block_times(headers)
    try:
        with closing(sqlite3.connect(f"{sqlite.absolute().as_uri()}?mode=ro", uri=True)) as database:
            (tip,) = database.execute("select max(height) from utxos").fetchone()
            if tip is None or tip >= len(created_at):
                ends = len(created_at) - 1
                raise NotConverted(f"{sqlite.name}: newest block {tip}, and {headers.name} ends with {ends}")
            target = folder / f"{str(created_at[tip])[:10]}.parquet"
            write_atomically(target, lambda part: _write(part, database, created_at))
    except sqlite3.Error as error:
        raise NotConverted(f"{sqlite.name}: not what utxo_to_sqlite.py writes: {error}") from error
    with target.open("rb") as written:
        digest = hashlib.file_digest(written, "sha256").hexdigest()
    told = f"{digest}  {target.name}\n".encode()
    write_atomically(folder / f"{target.name}.CHECKSUM", lambda part: part.write_bytes(told))
    return target


def block_times(headers: Path) -> Times:
    """The stamp of each block by height. Raises NotConverted unless each header names the one before it."""
    body = headers.read_bytes()
    if not body or len(body) % HEADER_BYTES:
        raise NotConverted(f"{headers.name}: {len(body)} bytes are not a number of headers of {HEADER_BYTES}")
    before, stamps = bytes(32), []
    for height, start in enumerate(range(0, len(body), HEADER_BYTES)):
        header = body[start : start + HEADER_BYTES]
        if header[4:36] != before:
            raise NotConverted(f"{headers.name}: header {height} does not follow the one before it")
        before = hashlib.sha256(hashlib.sha256(header).digest()).digest()
        stamps.append(struct.unpack_from("<I", header, 68)[0])
    return np.array(stamps, dtype="datetime64[s]").astype("datetime64[us]")


def _write(part: Path, database: sqlite3.Connection, created_at: Times) -> None:
    with pq.ParquetWriter(
        part,
        SCHEMA,
        compression="zstd",
        compression_level=3,
        data_page_version="2.0",
        use_dictionary=False,
        column_encoding=dict.fromkeys(SCHEMA.names, "DELTA_BINARY_PACKED"),
    ) as file:
        for heights, values in _outputs(database):
            file.write_table(pa.table([*map(pa.array, (heights, created_at[heights], values))], schema=SCHEMA))


def _outputs(database: sqlite3.Connection) -> Iterator[tuple[Whole, Whole]]:
    cursor = database.execute(_OUTPUTS)
    while rows := cursor.fetchmany(ROW_GROUP):
        try:
            heights, values = np.array(rows, dtype=np.int64).T
        except (TypeError, ValueError, OverflowError) as error:
            raise NotConverted(f"an output has no height or value: {error}") from error
        if heights[0] < 0:
            raise NotConverted(f"an output of height {heights[0]}")
        yield heights, values


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        print(convert(*map(Path, sys.argv[1:])))
    except (UnwindError, OSError) as problem:
        sys.exit(f"{problem}")
