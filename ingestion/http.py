"""The client that asks the real hosts, or a mirror of them. Its twin that answers from captures is replay.py.

It knows transport and the shape of bodies: deadlines, retries, size caps, HTML in place of data, refusals, and where
keys go. How fast is pace.py, who refuses us refusals.py, what an answer means sources/, whether to ask ingest.py.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import quote, urlsplit

import httpx
import stamina

from ingestion.body_gate import check_body, says_busy
from ingestion.capture import Capture, capture_id
from ingestion.clock import run_clock
from ingestion.contract import MAX_BODY_BYTES, Dataset, Pace, load_contracts
from ingestion.errors import BodyRejected, CutBody, NoSuchSeries, NotServed, SourceBlocked, SourceUnavailable
from ingestion.folders import FolderTransport, host_url
from ingestion.large_bodies import Archive, Incoming
from ingestion.pace import HostPace
from ingestion.places import Places
from ingestion.refusals import Refusal, Refusals, lasts
from ingestion.request import Request, redact, without
from ingestion.settings import Settings
from ingestion.windows import Window

LONGEST_PAUSE_SECONDS = 60.0
# An archive that comes slower than this is given up.
SLOWEST_BYTES_A_SECOND = 1024**2
# Three requests in a row that used up their whole budget: the host is down, not the answer.
FAILURES_UNTIL_STOP = 3
_BLOCKING = {401: "asks for a key", 403: "forbids us", 418: "has banned us", 451: "refuses our country"}
_RETRIED = {408, 425, 429, 500, 502, 503, 504}
# The host is well and says no to this question: it has no such series (404, Binance's -1121), or not so far back.
_DECLINED = {400, 404, 410, 422}
_NO_SUCH_SYMBOL = b"-1121"


class LiveClient:
    """Asks the real hosts (or a mirror). Use as a context manager."""

    def __init__(
        self,
        settings: Settings,
        on_rejected: Callable[[Request, bytes, str], None] | None = None,
        ignores_refusals: bool = False,
    ) -> None:
        self.now = run_clock(settings)
        self._is_fixed = settings.now is not None or settings.mirror is not None
        self._settings = settings
        self._on_rejected = on_rejected or (lambda *_: None)
        self._captures = Places(settings.data_dir).capture
        self._refusals = Refusals(settings.data_dir / "hosts")
        self._ignores_refusals = ignores_refusals
        self._datasets = {dataset.key: dataset for dataset in load_contracts()}
        self._lock = threading.Lock()
        self._paces: dict[str, HostPace] = {}
        self._stopped: dict[str, str] = {}
        self._failures: dict[str, int] = {}
        # Its own notices would be printed between the lines of a run; the report tells what was given up.
        stamina.instrumentation.set_on_retry_hooks([])
        # It would log every address as it is asked, keys in the query included.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._http = httpx.Client(
            timeout=httpx.Timeout(10.0, read=20.0),
            headers={"User-Agent": "unwind/0.1"},
            follow_redirects=False,
            mounts={"file://": FolderTransport()},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def not_asked(self, dataset: Dataset) -> str | None:
        """Why a dataset is not asked for at all: the user's choice, a key or an address that isn't set."""
        return self._settings.not_asked(dataset)

    def days_of(self, dataset: Dataset, window: Window) -> Window:  # noqa: ARG002
        """All of the window: what a source no longer gives is for its contract to say."""
        return window

    def quota(self, host: str) -> str:
        """What a host last said of our quota, empty if it says nothing or was not asked."""
        return self._paces[host].told if host in self._paces else ""

    def fetch(self, request: Request) -> list[Capture]:
        """The one answer to a request. Raises NotServed, SourceBlocked or SourceUnavailable when there is none."""
        host = urlsplit(request.url).netloc
        if host in self._stopped:
            raise SourceUnavailable(f"{host} is not asked again in this run: {self._stopped[host]}")
        if not self._ignores_refusals and (refusal := self._refusals.standing(host, self._clock())):
            self._stopped[host] = refusal.told
            raise SourceBlocked(refusal.told)
        try:
            capture = self._with_retries(request)
        except SourceBlocked as error:
            self._stopped[host] = str(error)
            raise
        except NotServed:
            self._is_open(host)
            raise
        except (SourceUnavailable, BodyRejected) as error:
            with self._lock:
                self._failures[host] = self._failures.get(host, 0) + 1
                if self._failures[host] >= FAILURES_UNTIL_STOP:
                    self._stopped[host] = str(error)
            raise SourceUnavailable(str(error)) from None
        self._failures[host] = 0
        self._is_open(host)
        return [capture]

    def _is_open(self, host: str) -> None:
        """A host that answers, if only that it has no such data, refuses us no longer."""
        if self._ignores_refusals:
            self._refusals.forget(host)

    def _with_retries(self, request: Request) -> Capture:
        settings = self._settings
        # A host that has just used up a whole budget is tried once a question until it answers: at a slow pace
        # every try at a host that is down costs its wait.
        is_down = self._failures.get(urlsplit(request.url).netloc, 0) > 0
        attempts = 1 if is_down else settings.retry_attempts
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
                attempts=attempts,
                timeout=None,
                wait_initial=settings.retry_wait_seconds,
                wait_max=8 * settings.retry_wait_seconds,
                wait_jitter=settings.retry_wait_seconds,
            ):
                with attempt:
                    return self._once(request)
        except (httpx.TransportError, _Deadline, _Busy) as error:
            what = f"{request.method} {redact(request.url)}"
            told = without(self._key(request), redact(str(error)).encode()).decode()
            tries = "1 try" if attempts == 1 else f"{attempts} tries"
            raise SourceUnavailable(f"{what}: {told or type(error).__name__} ({tries})") from None
        raise AssertionError("the retry loop always returns or raises")

    def _once(self, request: Request) -> Capture:
        pace = self._pace(request)
        pace.wait(request.weight)
        requested_at = self._clock()
        with self._stream(request) as response, self._incoming(request, response) as incoming:
            self._read(request, response, incoming)
            # Some hosts repeat a key in their errors; what is kept and told must not.
            body = without(self._key(request), incoming.body)
            pace.observe(response.headers, time.time())
            self._judge(request, response, body)
            return self._capture(request, response, body, incoming.keep(), requested_at)

    def _judge(self, request: Request, response: httpx.Response, body: bytes) -> None:
        """Raise unless this is an answer. Of a body that went to a file, `body` is the beginning."""
        status = response.status_code
        what = f"{request.method} {redact(request.url)}"
        if response.headers.get("X-Mirror") == "absent":
            raise NoSuchSeries(f"{what}: the mirror has no such data")
        if status in _BLOCKING:
            raise self._refused(request, response, body)
        if status in _RETRIED or says_busy(body):
            raise _Busy(f"status {status}", _retry_after(response.headers.get("Retry-After")))
        if status == 404 and request.missing_ok:
            return
        if status in _DECLINED:
            is_about_series = status == 404 or _NO_SUCH_SYMBOL in body[:200]
            told = f"{what}: status {status}: {_beginning(body)}"
            raise NoSuchSeries(told) if is_about_series else NotServed(told)
        if status != 200:
            raise SourceUnavailable(f"{what}: status {status}")
        try:
            check_body(request, body)
        except BodyRejected as error:
            self._on_rejected(request, body, str(error))
            raise

    def _refused(self, request: Request, response: httpx.Response, body: bytes) -> SourceBlocked:
        """The error for a refusal, which is remembered when the next run should know of it."""
        host, status = urlsplit(request.url).netloc, response.status_code
        why = f"{request.method} {redact(request.url)}: {status}, the host {_BLOCKING[status]}"
        retry_after = _seconds_to(response.headers.get("Retry-After"))
        is_kept, until = lasts(status, body, retry_after, self._clock())
        if is_kept:
            self._refusals.remember(Refusal(host, why, self._clock(), until))
        return SourceBlocked(why)

    def _pace(self, request: Request) -> HostPace:
        host = urlsplit(request.url).netloc
        with self._lock:
            if host not in self._paces:
                self._paces[host] = HostPace(self._pace_of(host, request))
            return self._paces[host]

    def _pace_of(self, host: str, request: Request) -> Pace:
        """The slowest pace that a contract states for this host; the asker's own where it is nobody's."""
        stated = [dataset.pace for dataset in self._datasets.values() if dataset.host == host]
        asker = self._datasets.get(f"{request.source}/{request.dataset}")
        own = [asker.pace] if asker else [Pace()]
        return min(stated or own, key=lambda pace: pace.requests / pace.seconds)

    @contextmanager
    def _stream(self, request: Request) -> Iterator[httpx.Response]:
        headers = {"Content-Type": "application/json"} if request.body is not None else {}
        url = request.url
        dataset = self._datasets.get(f"{request.source}/{request.dataset}")
        if dataset and (secret := self._key(request)):
            if dataset.key_header:
                headers[dataset.key_header] = secret
            if dataset.key_query:
                url += f"{'&' if '?' in url else '?'}{dataset.key_query}={quote(secret)}"
        parts = urlsplit(url)
        rest = parts.path + (f"?{parts.query}" if parts.query else "")
        if self._settings.mirror:
            url = f"{self._settings.mirror.rstrip('/')}/{parts.netloc}{rest}"
        elif dataset and dataset.address_env:
            url = f"{host_url(self._settings.secret(dataset.address_env) or '')}{rest}"
        with self._http.stream(request.method, url, content=request.body, headers=headers) as response:
            yield response

    def _key(self, request: Request) -> str | None:
        """The user's key for what is asked, None where none is needed or set."""
        dataset = self._datasets.get(f"{request.source}/{request.dataset}")
        return self._settings.secret(dataset.key_env) if dataset and dataset.key_env else None

    def _incoming(self, request: Request, response: httpx.Response) -> Incoming:
        """Where the body goes, and how much of it: to a file only where the contract says so, and never an error."""
        dataset = self._datasets.get(f"{request.source}/{request.dataset}")
        limit = dataset.max_body_bytes if dataset else MAX_BODY_BYTES
        above = dataset.archive_above_bytes if dataset else None
        if above is None:
            return Incoming(self._captures, limit, math.inf)
        is_file = response.status_code == 200 and request.kind in ("gzip", "zip", "parquet")
        return Incoming(self._captures, limit, above) if is_file else Incoming(self._captures, above, math.inf)

    def _read(self, request: Request, response: httpx.Response, incoming: Incoming) -> None:
        """Take in the decoded body, bounded in bytes and in time: httpx's own timeout is per read, not per body.

        A file that is gzip by nature stays packed, also where the host calls that a transfer encoding.
        """
        started, deadline = time.monotonic(), self._settings.deadline_seconds
        for chunk in response.iter_raw() if request.kind == "gzip" else response.iter_bytes():
            incoming.add(chunk)
            # A large body may take its time as long as it keeps coming.
            allowed = deadline + incoming.size_in_file / SLOWEST_BYTES_A_SECOND
            if time.monotonic() - started > allowed:
                raise _Deadline(f"no complete answer within {allowed:g} s")

    def _capture(
        self, request: Request, response: httpx.Response, body: bytes, archive: Archive | None, requested_at: datetime
    ) -> Capture:
        received_at = self._clock()
        digest = archive.sha256 if archive else hashlib.sha256(body).hexdigest()
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
            body=b"" if archive else body,
            body_sha256=digest,
            covers_from=request.covers_from,
            covers_to=request.covers_to,
            provenance="measured",
            archive=archive,
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
    """Seconds to wait before asking again; longer than our patience means: give up on this try's budget."""
    seconds = _seconds_to(header)
    return None if seconds is None else min(seconds, LONGEST_PAUSE_SECONDS)


def _seconds_to(header: str | None) -> float | None:
    """Seconds of a Retry-After header, in either of its forms."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        return max((parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None


def _beginning(body: bytes) -> str:
    return " ".join(body[:160].decode("utf-8", "replace").split()) or "empty body"
