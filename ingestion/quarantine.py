"""Samples of answers that were never data: HTML in place of a file, an error with status 200, a cut body.

What a host says in anger may hold anything, so only the owner reads it.
"""

from __future__ import annotations

import hashlib

from ingestion.atomic import write_atomically
from ingestion.places import Places
from ingestion.request import Request, redact

KEPT = 20


def keep_rejected(places: Places, request: Request, body: bytes, reason: str) -> None:
    """Keep the body of a rejected answer, with the reason beside it; the newest few per dataset."""
    folder = places.quarantine / request.source / request.dataset / "bodies"
    name = hashlib.sha256(request.url.encode() + b"|" + body).hexdigest()[:16]
    told = f"{request.method} {redact(request.url)}\n{reason}\n".encode()
    write_atomically(folder / f"{name}.txt", lambda part: part.write_bytes(told), is_private=True)
    write_atomically(folder / f"{name}.body", lambda part: part.write_bytes(body), is_private=True)
    oldest_first = sorted(folder.glob("*.body"), key=lambda path: path.stat().st_mtime_ns)
    for path in oldest_first[:-KEPT]:
        path.unlink(missing_ok=True)
        path.with_suffix(".txt").unlink(missing_ok=True)
