"""The published folder's diary: one JSON line per publication and rollback, only ever appended."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson


def append(published: Path, **line: Any) -> None:
    """Write one line, on disk when this returns, and not behind one that a kill left half written."""
    path = published / "ledger.jsonl"
    body = path.read_bytes() if path.exists() else b""
    gap = b"\n" if body and not body.endswith(b"\n") else b""
    with path.open("ab") as handle:
        handle.write(gap + orjson.dumps(line) + b"\n")
        handle.flush()
        os.fsync(handle.fileno())


def read(published: Path) -> Iterator[dict[str, Any]]:
    """All whole lines, oldest first."""
    path = published / "ledger.jsonl"
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            yield orjson.loads(line)
        except orjson.JSONDecodeError:
            continue


def published_ids(published: Path) -> list[str]:
    """Releases in the order they were published."""
    return [line["release_id"] for line in read(published) if line.get("event") == "published"]
