"""HTTP for the exchange: one request in, one answer or failure out. What to answer is for exchange.py."""

from __future__ import annotations

import json
import traceback
from datetime import UTC
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, NamedTuple

from ingestion.cases.wire import INFLOW_QUESTION
from tests.loopback import delivery
from tests.loopback.hosts import FLOWS_PATH

if TYPE_CHECKING:
    from tests.loopback.exchange import Exchange

_NO_SUCH_KEY = b"<?xml version='1.0' encoding='UTF-8'?><Error><Code>NoSuchKey</Code></Error>"
_WRONG_QUESTION = b'{"code": 40001, "msg": "unknown type", "data": null}'


class Seen(NamedTuple):
    """One request, and the status it was answered with."""

    method: str
    host: str
    path: str
    status: int


class Handler(BaseHTTPRequestHandler):
    """Answers in the name of every host; the host is the first part of the path."""

    protocol_version = "HTTP/1.1"
    # Head and body are two writes: without this, delayed acknowledgements cost 40 ms an answer.
    disable_nagle_algorithm = True

    def __init__(self, exchange: Exchange, *args: Any) -> None:
        self.exchange = exchange
        super().__init__(*args)

    def do_GET(self) -> None:
        self._respond(question=None)

    def do_POST(self) -> None:
        self._respond(self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _respond(self, question: bytes | None) -> None:
        path = self.path.partition("?")[0]
        try:
            if path == "/__mirror/status":  # where a mirror tells its clock
                told = {"now": f"{self.exchange.now.isoformat()}Z"}
                return delivery.whole(self, {"Content-Type": "application/json"}, json.dumps(told).encode())
            body, failure = self.exchange.answer(path)
            if failure:
                failure(self, {"Content-Type": _content_type(path, body or b"")}, body or b"")
            elif body is None or (path == FLOWS_PATH) != (question is not None):
                delivery.whole(self, {"Content-Type": "application/xml"}, _NO_SUCH_KEY, 404)
            else:
                is_understood = question is None or json.loads(question) == json.loads(INFLOW_QUESTION)
                body = body if is_understood else _WRONG_QUESTION
                delivery.whole(self, {"Content-Type": _content_type(path, body)}, body)
        except ConnectionError:
            self.close_connection = True  # the client has hung up, as some faults want it to
        except Exception:
            self.exchange.errors.append(traceback.format_exc())
            self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Called once per answer, when its status line goes out."""
        _, host, path = self.path.partition("?")[0].split("/", 2)
        if host != "__mirror":
            self.exchange.log.append(Seen(self.command, host, f"/{path}", int(code)))

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header tells the exchange's clock, as a host's would."""
        return format_datetime(self.exchange.now.replace(tzinfo=UTC), usegmt=True)


def _content_type(path: str, body: bytes) -> str:
    if body.startswith(b"<!doctype html"):
        return "text/html"
    if path.endswith(".CHECKSUM"):
        return "binary/octet-stream"
    return "application/zip" if path.endswith(".zip") else "application/json"
