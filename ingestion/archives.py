"""Reading a vendor's zip: one expected member, in memory, bounded. Nothing is ever extracted to disk."""

from __future__ import annotations

import io
import zipfile
import zlib

from ingestion.errors import UnreadableBody

MAX_MEMBER_BYTES = 512 * 1024 * 1024
MAX_RATIO = 200


def read_single_member(body: bytes, expected_name: str) -> bytes:
    """Bytes of the only file in a zip. Raises UnreadableBody if it is cut, foreign, or unpacks beyond reason."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if names != [expected_name]:
                raise UnreadableBody(f"the zip holds {names}, expected only {expected_name!r}")
            limit = min(MAX_MEMBER_BYTES, MAX_RATIO * len(body) + 65_536)
            with archive.open(members[0]) as member:
                # One byte over the limit is enough to know; the size in the header is the sender's word only.
                content = member.read(limit + 1)
            if len(content) > limit:
                raise UnreadableBody(f"{expected_name} unpacks to more than {limit} bytes from {len(body)}")
            return content
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise UnreadableBody(f"not a readable zip: {error}") from error
