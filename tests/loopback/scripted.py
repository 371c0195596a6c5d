"""A server on loopback that answers as a test's own function says; what the exchange has no hosts for is asked here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self
from urllib.parse import parse_qs, urlsplit


class Question(NamedTuple):
    """One request as it arrived; `path` with its query."""

    method: str
    path: str
    headers: Mapping[str, str]

    @property
    def host(self) -> str:
        """Whom a client behind this mirror meant."""
        return self.path.split("/")[1]

    def value(self, name: str) -> str:
        """A parameter of the query, empty where there is none."""
        return parse_qs(urlsplit(self.path).query).get(name, [""])[0]


@dataclass(frozen=True)
class Answer:
    body: bytes = b"[]"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Scripted:
    """Use as a context manager; `url` is what a mirror setting takes. log: every request so far."""

    def __init__(self, answer: Callable[[Question], Answer]) -> None:
        self.answer = answer
        self.log: list[Question] = []

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, scripted: Scripted, *args: Any) -> None:
        self.scripted = scripted
        super().__init__(*args)

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        question = Question(self.command, self.path, dict(self.headers.items()))
        if self.path.startswith("/__mirror/"):
            answer = Answer(status=404)
        else:
            self.scripted.log.append(question)
            answer = self.scripted.answer(question)
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Tests look at the log, nobody at the terminal."""
