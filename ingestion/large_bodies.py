"""Bodies too large for memory: files beside the captures, named by the sha256 of what is in them.

A file gets its name when it is whole and on disk, so what has a name is never half a body. Two captures of the same
bytes share one file.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Self

from ingestion.atomic import sync, write_atomically
from ingestion.errors import BodyRejected, CorruptFile

FOLDER = "archives"
# Enough of an archive to tell what it is.
BEGINNING = 4096


@dataclass(frozen=True, slots=True)
class Archive:
    """A body in a file: where it is, its sha256 and how long it is."""

    path: Path
    sha256: str
    size: int

    def verify(self) -> None:
        """Raise CorruptFile unless the file is there and holds what was captured."""
        name = f"{FOLDER}/{self.path.name}"
        try:
            size = self.path.stat().st_size
            with self.path.open("rb") as stream:
                is_same = size == self.size and hashlib.file_digest(stream, "sha256").hexdigest() == self.sha256
        except OSError as error:
            raise CorruptFile(f"{name}: the archive cannot be read: {error.strerror}") from error
        if not is_same:
            raise CorruptFile(f"{name}: the archive has changed on disk ({size} of {self.size} bytes)")

    def moved_to(self, root: Path) -> Archive:
        """The same archive below another folder of captures, copied there if it is not yet."""
        target = root / FOLDER / self.sha256
        if not target.exists():
            write_atomically(target, lambda part: shutil.copyfile(self.path, part))
        return Archive(target, self.sha256, self.size)


class Incoming:
    """A body as it arrives: in memory up to `above` bytes, beyond them in a hidden file; never more than `limit`.

    Use as a context manager: what was not kept is gone at its end.
    """

    def __init__(self, root: Path, limit: int, above: float) -> None:
        self._folder = root / FOLDER
        self._limit = limit
        self._above = above
        self._part = self._folder / f".{threading.get_ident()}.{os.getpid()}.part"
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()
        self._held = bytearray()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()
            self._part.unlink(missing_ok=True)

    def add(self, chunk: bytes) -> None:
        self.size += len(chunk)
        if self.size > self._limit:
            raise BodyRejected(f"body larger than {self._limit} bytes")
        if self._file is None:
            self._held += chunk
            if self.size <= self._above:
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            self._file = self._part.open("wb")
            chunk = bytes(self._held)
            del self._held[BEGINNING:]
        self._digest.update(chunk)
        self._file.write(chunk)

    @property
    def size_in_file(self) -> int:
        """How much of it has gone to a file."""
        return self.size if self._file else 0

    @property
    def body(self) -> bytes:
        """The body; of one that went to a file, its beginning."""
        return bytes(self._held)

    def keep(self) -> Archive | None:
        """The body as an archive, durable under its name; None where it was held in memory."""
        if self._file is None:
            return None
        self._file.close()
        digest = self._digest.hexdigest()
        sync(self._part)
        os.replace(self._part, self._folder / digest)
        sync(self._folder)
        return Archive(self._folder / digest, digest, self.size)
