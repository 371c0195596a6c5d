"""The client that asks the real hosts, or a mirror of them. Its twin that answers from captures is replay.py.

It knows transport and the shape of bodies: deadlines, retries, size caps, HTML in place of data, blocked hosts.
What an answer means is for sources/; whether to ask at all is for ingest.py.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urlsplit

import httpx
import orjson
import stamina

from ingestion.capture import Capture, capture_id
from ingestion.clock import run_clock
from ingestion.errors import BodyRejected, CutBody, SourceBlocked, SourceUnavailable
from ingestion.request import Request, redact
from ingestion.settings import Settings

MAX_BODY_BYTES = 32 * 1024 * 1024
LONGEST_PAUSE_SECONDS = 60.0
# Three requests in a row that used up their whole budget: the host is down, not the answer.
FAILURES_UNTIL_STOP = 3
_BLOCKING = {401: "asks for a key", 403: "forbids us", 418: "has banned us", 451: "refuses our country"}
_RETRIED = {408, 425, 429, 500, 502, 503, 504}


class LiveClient:
    """Asks the real hosts (or a mirror). Use as a context manager."""

    def __init__(self, settings: Settings, on_rejected: Callable[[Request, bytes, str], None] | None = None) -> None:
        self.now = run_clock(settings)
        self._is_fixed = settings.now is not None or settings.mirror is not None
        self._settings = settings
        self._on_rejected = on_rejected or (lambda *_: None)
        self._stopped: dict[str, str] = {}
        self._failures: dict[str, int] = {}
        # Its own notices would be printed between the lines of a run; the report tells what was given up.
        stamina.instrumentation.set_on_retry_hooks([])
        self._http = httpx.Client(
            timeout=httpx.Timeout(10.0, read=20.0),
            headers={"User-Agent": "unwind/0.1"},
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def fetch(self, request: Request) -> list[Capture]:
        """The one answer to a request. Raises SourceBlocked or SourceUnavailable when there is none."""
        host = urlsplit(request.url).netloc
        if host in self._stopped:
            raise SourceUnavailable(f"{host} is not asked again in this run: {self._stopped[host]}")
        try:
            capture = self._with_retries(request)
        except SourceBlocked as error:
            self._stopped[host] = str(error)
            raise
        except (SourceUnavailable, BodyRejected) as error:
            self._failures[host] = self._failures.get(host, 0) + 1
            if self._failures[host] >= FAILURES_UNTIL_STOP:
                self._stopped[host] = str(error)
            raise SourceUnavailable(str(error)) from None
        self._failures[host] = 0
        return [capture]

    def _with_retries(self, request: Request) -> Capture:
        settings = self._settings
        rejected = 0

        def worth_waiting(error: Exception) -> bool | float:
            nonlocal rejected
            if isinstance(error, BodyRejected):
                rejected += 1
                return rejected < 2 or isinstance(error, CutBody)
            if isinstance(error, _Busy):
                return error.pause if error.pause is not None else True
            return isinstance(error, httpx.TransportError | _Deadline)

        try:
            for attempt in stamina.retry_context(
                on=worth_waiting,
                attempts=settings.retry_attempts,
                timeout=None,
                wait_initial=settings.retry_wait_seconds,
                wait_max=8 * settings.retry_wait_seconds,
                wait_jitter=settings.retry_wait_seconds,
            ):
                with attempt:
                    return self._once(request)
        except (httpx.TransportError, _Deadline, _Busy) as error:
            what = f"{request.method} {redact(request.url)}"
            raise SourceUnavailable(
                f"{what}: {redact(str(error)) or type(error).__name__} ({settings.retry_attempts} tries)"
            ) from None
        raise AssertionError("the retry loop always returns or raises")

    def _once(self, request: Request) -> Capture:
        requested_at = self._clock()
        with self._stream(request) as response:
            body = self._read(response)
        status = response.status_code
        what = f"{request.method} {redact(request.url)}"
        if status in _BLOCKING:
            raise SourceBlocked(f"{what}: {status}, the host {_BLOCKING[status]}")
        if status in _RETRIED:
            raise _Busy(f"status {status}", _retry_after(response.headers.get("Retry-After")))
        if status == 404 and request.missing_ok:
            return self._capture(request, response, body, requested_at)
        if status != 200:
            raise SourceUnavailable(f"{what}: status {status}")
        try:
            _check_body(request, body)
        except BodyRejected as error:
            self._on_rejected(request, body, str(error))
            raise
        return self._capture(request, response, body, requested_at)

    @contextmanager
    def _stream(self, request: Request) -> Iterator[httpx.Response]:
        headers = {"Content-Type": "application/json"} if request.body is not None else {}
        url = request.url
        if self._settings.mirror:
            parts = urlsplit(url)
            query = f"?{parts.query}" if parts.query else ""
            url = f"{self._settings.mirror.rstrip('/')}/{parts.netloc}{parts.path}{query}"
        with self._http.stream(request.method, url, content=request.body, headers=headers) as response:
            yield response

    def _read(self, response: httpx.Response) -> bytes:
        """The decoded body, bounded in bytes and in time: httpx's own timeout is per read, not per body."""
        ends_at = time.monotonic() + self._settings.deadline_seconds
        chunks, size = [], 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise BodyRejected(f"body larger than {MAX_BODY_BYTES} bytes")
            if time.monotonic() > ends_at:
                raise _Deadline(f"no complete answer within {self._settings.deadline_seconds:g} s")
            chunks.append(chunk)
        return b"".join(chunks)

    def _capture(self, request: Request, response: httpx.Response, body: bytes, requested_at: datetime) -> Capture:
        received_at = self._clock()
        digest = hashlib.sha256(body).hexdigest()
        return Capture(
            capture_id=capture_id(request.method, request.url, request.body, received_at, digest),
            source=request.source,
            dataset=request.dataset,
            method=request.method,
            url=redact(request.url),
            request_body=request.body,
            requested_at=requested_at,
            received_at=received_at,
            status=response.status_code,
            content_type=response.headers.get("Content-Type"),
            body=body,
            body_sha256=digest,
            covers_from=request.covers_from,
            covers_to=request.covers_to,
            provenance="measured",
        )

    def _clock(self) -> datetime:
        return self.now if self._is_fixed and self.now else datetime.now(UTC).replace(tzinfo=None)


class _Busy(Exception):
    """The host asks us to come back later."""

    def __init__(self, message: str, pause: float | None) -> None:
        super().__init__(message)
        self.pause = pause


class _Deadline(Exception):
    """The body did not end in time."""


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait; both forms of the header. Longer than our patience means: give up on this try's budget."""
    if not header:
        return None
    if header.strip().isdigit():
        seconds = float(header)
    else:
        try:
            seconds = (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), LONGEST_PAUSE_SECONDS)


def _check_body(request: Request, body: bytes) -> None:
    """Raise BodyRejected unless the body is of the kind that was asked for. Status 200 proves nothing."""
    start = body[:512].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head")):
        raise BodyRejected(f"{redact(request.url)}: an HTML page in place of {request.kind}")
    if request.kind == "zip" and not body.startswith(b"PK"):
        raise BodyRejected(f"{redact(request.url)}: not a zip ({len(body)} bytes)")
    if request.kind == "json":
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise CutBody(f"{redact(request.url)}: not JSON to its end: {error}") from None
        if request.gate:
            request.gate(parsed)
    if request.kind == "text" and not body.strip():
        raise BodyRejected(f"{redact(request.url)}: empty body")
