"""Faults of delivery: how a good answer fails to arrive. What is in answers is for faults.py."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from threading import Event

Headers = Mapping[str, str]


def whole(to: BaseHTTPRequestHandler, headers: Headers, body: bytes, status: int = 200) -> None:
    """A proper answer, in one piece."""
    _head(to, {**headers, "Content-Length": str(len(body))}, status)
    to.wfile.write(body)


def status(to: BaseHTTPRequestHandler, headers: Headers, body: bytes, *, status: int, **extra: str) -> None:
    """Another status than 200 and its name as body. Headers by keyword: `Retry_After="1"`."""
    named = {name.replace("_", "-"): value for name, value in extra.items()}
    whole(to, {"Content-Type": "text/plain", **named}, HTTPStatus(status).phrase.encode(), status)


def truncated(to: BaseHTTPRequestHandler, headers: Headers, body: bytes) -> None:
    """Half of the body under the length of the whole, then the line is cut."""
    _head(to, {**headers, "Content-Length": str(len(body)), "Connection": "close"})
    to.wfile.write(body[: len(body) // 2])


def short_body(to: BaseHTTPRequestHandler, headers: Headers, body: bytes) -> None:
    """Half of the body and no length: HTTP cannot tell that anything is missing."""
    _head(to, {**headers, "Connection": "close"})
    to.wfile.write(body[: len(body) // 2])


def drip(to: BaseHTTPRequestHandler, headers: Headers, body: bytes, *, stopping: Event, pause: float = 0.05) -> None:
    """A byte at a time, for ever: never slow enough for a time-out per read."""
    _head(to, {**headers, "Connection": "close"})
    sent = 0
    while not stopping.wait(pause):
        to.wfile.write(body[sent : sent + 1] or b" ")
        sent += 1


def gzip_bomb(to: BaseHTTPRequestHandler, headers: Headers, body: bytes, *, size: int = 64 << 20) -> None:
    """Little on the wire, much in memory."""
    whole(to, {**headers, "Content-Encoding": "gzip"}, gzip.compress(bytes(size), 1))


def _head(to: BaseHTTPRequestHandler, headers: Headers, status: int = 200) -> None:
    to.send_response(status)
    for name, value in headers.items():
        to.send_header(name, value)
    to.end_headers()


DELIVERY_FAULTS: dict[str, Callable[..., None]] = {
    f.__name__: f for f in (status, truncated, short_body, drip, gzip_bomb)
}
