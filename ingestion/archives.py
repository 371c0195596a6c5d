"""Reading a vendor's zip: one expected member, bounded. Nothing is ever extracted to disk."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from ingestion.errors import UnreadableBody

MAX_MEMBER_BYTES = 512 * 1024 * 1024
MAX_RATIO = 200
BLOCK_BYTES = 4 * 1024 * 1024


def read_single_member(body: bytes, expected_name: str) -> bytes:
    """Bytes of the only file in a zip. Raises UnreadableBody if it is cut, foreign, or unpacks beyond reason."""
    return b"".join(stream_single_member(io.BytesIO(body), expected_name, MAX_MEMBER_BYTES))


def stream_single_member(packed: BinaryIO, expected_name: str, at_most: float) -> Iterator[bytes]:
    """The same in blocks. Only who takes the last one knows that all came: the checksum is compared there."""
    size = packed.seek(0, os.SEEK_END)
    limit = min(at_most, MAX_RATIO * size + 65_536)
    try:
        with zipfile.ZipFile(packed) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if names != [expected_name]:
                raise UnreadableBody(f"the zip holds {names}, expected only {expected_name!r}")
            with archive.open(members[0]) as member:
                # The size in the header is the sender's word only, so what comes is counted.
                came = 0
                while block := member.read(BLOCK_BYTES):
                    came += len(block)
                    if came > limit:
                        raise UnreadableBody(f"{expected_name} unpacks to more than {limit} bytes from {size}")
                    yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnreadableBody(f"not a readable zip: {error}") from error
