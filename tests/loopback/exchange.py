"""One scripted server on loopback in place of every host: https://HOST/PATH is asked as /HOST/PATH.

It answers for any date, hides what its clock has not reached, and fails as it is told:

    with Exchange(now="2026-03-05T12:00:00") as exchange:
        exchange.fault("*metrics-2026-03-04.zip", "nan", rows=2)
        exchange.fault("*/spot/*", "status", status=429, Retry_After="1", times=2)

The kinds of fault are the functions of faults.py and delivery.py.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase
from functools import partial
from http.server import ThreadingHTTPServer
from typing import Any, Self

from ingestion.cases.wire import checksum_text
from tests.loopback import faults
from tests.loopback.delivery import DELIVERY_FAULTS
from tests.loopback.handler import Handler, Seen
from tests.loopback.hosts import Hosts, day_of

CHECKSUM = ".CHECKSUM"
# What it has answers for; as the setting UNWIND_SOURCES, so that nothing else is asked of it.
SERVED = (
    "binance_vision/spot_klines_1h,binance_vision/um_metrics_5m,"
    "mempool_space/difficulty_adjustments,sosovalue/etf_flow_totals"
)
TEN = SERVED + (
    ",binance_vision/spot_klines_1m,binance_vision/spot_klines_1d,binance_vision/um_klines_1h,binance_vision/um_klines_1m"
    ",binance_vision/um_premium_klines_1h,binance_vision/um_funding"
)
KINDS = {*DELIVERY_FAULTS, *faults.ROW_FAULTS, *faults.BODY_FAULTS, "bad_checksum", "dup_page"}


@dataclass
class Fault:
    """What goes wrong for paths that match; `left` counts down, None never ends."""

    pattern: str
    kind: str
    left: int | None
    options: dict[str, Any]

    def hits(self, path: str) -> bool:
        return self.left != 0 and fnmatchcase(path, self.pattern)

    def spend(self) -> None:
        if self.left is not None:
            self.left -= 1


class _Server(ThreadingHTTPServer):
    """A client that gives up on us is part of the script, not something to print."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Exchange:
    """The server and its script. Use as a context manager; `url` is what a mirror setting takes.

    log: every request so far. Leaving the context raises if the server itself failed.
    """

    def __init__(self, now: datetime | str = "2026-03-10T12:00:00", label_switch: date | None = None) -> None:
        self.hosts = Hosts(now, label_switch)
        self.log: list[Seen] = []
        self.errors: list[str] = []
        self.stopping = threading.Event()
        self._faults: list[Fault] = []
        self._replaced: dict[str, bytes] = {}
        self._last: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), partial(Handler, self))
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        if self.errors:
            raise AssertionError("the exchange itself failed:\n" + "\n".join(self.errors))

    @property
    def now(self) -> datetime:
        """The clock of all hosts; see Hosts."""
        return self.hosts.now

    @now.setter
    def now(self, value: datetime | str) -> None:
        self.hosts.now = value

    def fault(self, pattern: str, kind: str, *, times: int | None = None, **options: Any) -> None:
        """Let answers to paths that match the glob `/host/path` fail, `times` times or for good.

        Also `bad_checksum` (the pattern names the zip) and `dup_page` (the answer before, or the day before).
        A zip's wrong content is counted when the zip is fetched; its checksum fits what the next fetch gets.
        """
        if kind not in KINDS:
            raise ValueError(f"no fault {kind!r}; there are {', '.join(sorted(KINDS))}")
        pattern = f"{pattern}{CHECKSUM}" if kind == "bad_checksum" else pattern
        self._faults.append(Fault(pattern, kind, times, options))

    def replace(self, path: str, body: bytes) -> None:
        """Answer one path (or URL) with these bytes; the checksum of a replaced zip follows."""
        self._replaced[path.removeprefix("https:/")] = body

    def clear(self) -> None:
        """Back to hosts without faults and replacements."""
        self._faults.clear()
        self._replaced.clear()

    def asked(self, pattern: str) -> list[Seen]:
        """The requests so far whose `/host/path` matches a glob."""
        return [seen for seen in self.log if fnmatchcase(f"/{seen.host}{seen.path}", pattern)]

    def answer(self, path: str) -> tuple[bytes | None, Callable[..., None] | None]:
        """The body for a path, None where there is none, and the way in which its delivery fails."""
        with self._lock:
            body = self._body(path, is_fetched=True)
            for fault in self._faults:
                if fault.kind in DELIVERY_FAULTS and fault.hits(path):
                    fault.spend()
                    extra = {"stopping": self.stopping} if fault.kind == "drip" else {}
                    return body, partial(DELIVERY_FAULTS[fault.kind], **extra, **fault.options)
            return body, None

    def _body(self, path: str, is_fetched: bool) -> bytes | None:
        body = self._replaced.get(path)
        if body is None and path.endswith(CHECKSUM):
            zip_path = path.removesuffix(CHECKSUM)
            zipped = self._body(zip_path, is_fetched=False)
            body = None if zipped is None else checksum_text(zip_path, zipped)
        elif body is None:
            body = self.hosts.published(path)
        if body is None:
            return None
        before = self._last.get(path, body)
        if is_fetched:
            self._last[path] = body
        for fault in self._faults:
            if fault.kind not in DELIVERY_FAULTS and fault.hits(path):
                if is_fetched:
                    fault.spend()
                body = self._spoil(fault, path, body, before)
        return body

    def _spoil(self, fault: Fault, path: str, body: bytes, before: bytes) -> bytes:
        if fault.kind == "bad_checksum":
            return b"0" * 64 + body[64:]
        if fault.kind == "dup_page":
            return self.hosts.day_before(path) if day_of(path) else before
        return faults.apply(fault.kind, path, body, fault.options)
