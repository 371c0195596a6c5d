"""Superset's REST interface as far as the bootstrap speaks it, kept in memory. The real one is for tests/soak.

Like the real one it wants a token and its session's CSRF token, keeps JSON as text, reads columns from a file itself,
and refuses what it does not know.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import orjson

PASSWORD = "right"
FIELDS = {
    "database": {"database_name", "sqlalchemy_uri", "expose_in_sqllab", "allow_dml", "extra"},
    "dataset": {"database", "schema", "table_name", "description", "columns", "metrics"},
    "chart": {"slice_name", "viz_type", "params", "datasource_id", "datasource_type", "dashboards"},
    "dashboard": {"dashboard_title", "slug", "published", "position_json", "json_metadata"},
}
Columns = Mapping[str, tuple[str, ...]]


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, told: str) -> None:
        self.status, self.told = status, told


class SupersetDouble:
    """Use as a context manager. columns: of the tables in the file by full name. log: every call that writes."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self.stored: dict[str, dict[int, dict[str, Any]]] = {resource: {} for resource in FIELDS}
        self.log: list[str] = []
        self.refusals: dict[str, int] = {}

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: _Handler(self, *args))
        self._server.block_on_close = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
        address = urlsplit(path)
        what, *rest = address.path.removeprefix("/api/v1/").strip("/").split("/")
        if what == "security":
            return self._security(rest[0], headers, body)
        if headers.get("Authorization") != "Bearer token":
            raise Refused(401, "Missing Authorization Header")
        if method != "GET":
            self.log.append(f"{method} {address.path.removeprefix('/api/v1/')}")
            if headers.get("X-CSRFToken") != "csrf" or "session=one" not in headers.get("Cookie", ""):
                raise Refused(400, "The CSRF session token is missing.")
        if status := self.refusals.get(f"{method} {what}"):
            raise Refused(status, "as the test wants it")
        if what not in FIELDS:
            raise Refused(404, "Not found")
        if unknown := set(body) - FIELDS[what]:
            raise Refused(422, f"Unknown field {sorted(unknown)}")
        if method == "GET" and not rest:
            return {"result": self._found(what, parse_qs(address.query)["q"][0])}
        if method == "POST":
            return {"id": self._create(what, body)}
        thing = self.stored[what].get(int(rest[0]))
        if thing is None:
            raise Refused(404, "Not found")
        if rest[1:] == ["refresh"]:
            thing["columns"] = self._read_columns(thing)
        for name, value in body.items():
            thing[name] = _merged(thing[name], value) if name in ("columns", "metrics") else value
        return {"result": thing}

    def _security(self, what: str, headers: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
        if what == "login":
            if body.get("password") != PASSWORD:
                raise Refused(401, "Not authorized")
            return {"access_token": "token"}
        return {"result": "csrf"}

    def _found(self, what: str, query: str) -> list[dict[str, Any]]:
        filters = re.findall(r"col:(\w+),opr:eq,value:'((?:[^'!]|!.)*)'", query)
        assert filters, query
        wanted = {name: re.sub("!(.)", r"\1", value) for name, value in filters}
        return [thing for thing in self.stored[what].values() if wanted.items() <= thing.items()]

    def _create(self, what: str, body: dict[str, Any]) -> int:
        number = len(self.stored[what]) + 1
        thing = self.stored[what][number] = {**body, "id": number}
        if what == "dataset":
            count = {"id": 1, "metric_name": "count", "expression": "COUNT(*)"}
            empty = dict.fromkeys(("verbose_name", "description", "d3format"))
            thing.update(description=None, columns=self._read_columns(thing), metrics=[{**count, **empty}])
        return number

    def _read_columns(self, dataset: Mapping[str, Any]) -> list[dict[str, Any]]:
        names = self.columns.get(f"{dataset['schema']}.{dataset['table_name']}")
        if names is None:
            raise Refused(422, f"Table [{dataset['table_name']}] could not be found")
        known = {"type": "DOUBLE", "is_dttm": False, "filterable": True, "groupby": True, "description": None}
        known |= {"expression": None}
        return [{"id": at, "column_name": name, **known} for at, name in enumerate(names, 1)]


def _merged(before: list[dict[str, Any]], named: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is named with its id keeps what is not said of it, what has no id is new, and the rest is gone."""
    known = {part["id"]: part for part in before}
    new = itertools.count(max(known, default=0) + 1)
    return [{**known.get(part.get("id"), {}), "id": part.get("id") or next(new), **part} for part in named]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, double: SupersetDouble, *args: Any) -> None:
        self.double = double
        super().__init__(*args)

    def do_GET(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            told: dict[str, Any] = self.double.answer(
                self.command, self.path, dict(self.headers.items()), orjson.loads(sent or b"{}")
            )
            status = 200
        except Refused as refused:
            status, told = refused.status, {"message": refused.told}
        body = orjson.dumps(told)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", "session=one; Path=/; HttpOnly")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET

    def log_message(self, *_: object) -> None:
        """Tests look at the log, nobody at the terminal."""
