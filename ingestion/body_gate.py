"""Is a body with status 200 of the kind that was asked for? A status proves nothing."""

from __future__ import annotations

import re

import orjson

from ingestion.errors import BodyRejected, CutBody
from ingestion.request import Request, redact

# Rate limits told in the body: Deribit with status 400, OKX and Bybit with status 200.
_BUSY = re.compile(rb'"(?:code|retCode)"\s*:\s*"?(?:10028|50011|10006)"?\s*[,}]')


def says_busy(body: bytes) -> bool:
    """Whether a body is a host's 'too many requests', whatever its status.

    >>> says_busy(b'{"retCode":10006,"retMsg":"Too many visits!"}'), says_busy(b'{"code":"0","data":[]}')
    (True, False)
    """
    return len(body) < 2_048 and _BUSY.search(body) is not None


def check_body(request: Request, body: bytes) -> None:
    """Raise BodyRejected unless the body is of the kind that was asked for. Status 200 proves nothing."""
    start = body[:512].lstrip().lower()
    is_html = start.startswith((b"<!doctype html", b"<html", b"<head"))
    if request.kind == "html" and not is_html:
        raise BodyRejected(f"{redact(request.url)}: not an HTML page")
    if is_html and request.kind != "html":
        raise BodyRejected(f"{redact(request.url)}: an HTML page in place of {request.kind}")
    if request.kind == "zip" and not body.startswith(b"PK"):
        raise BodyRejected(f"{redact(request.url)}: not a zip ({len(body)} bytes)")
    if request.kind == "gzip" and not body.startswith(b"\x1f\x8b"):
        raise BodyRejected(f"{redact(request.url)}: not a gzip file ({len(body)} bytes)")
    if request.kind == "parquet" and not body.startswith(b"PAR1"):
        raise BodyRejected(f"{redact(request.url)}: not a Parquet file ({len(body)} bytes)")
    if request.kind == "json":
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise CutBody(f"{redact(request.url)}: not JSON to its end: {error}") from None
        if request.gate:
            request.gate(parsed)
    if request.kind == "text" and not body.strip():
        raise BodyRejected(f"{redact(request.url)}: empty body")
