"""Superset's REST interface, as far as it is needed: sign in, find by name, create, put right what differs.

It knows nothing of releases and charts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal, Self

import httpx
import orjson

from ingestion.errors import UnwindError

Resource = Literal["database", "dataset", "chart", "dashboard"]
# What to do about a call that is refused; for other statuses Superset's own words say it.
ADVICE = {
    401: "that is not its password; it stands beside Superset's own files, or is in UNWIND_SUPERSET_PASSWORD",
    403: "this user may not do that: sign in as one with the role Admin",
    404: "there is no such interface: this speaks to Superset 6",
    422: "Superset does not accept it: its words say which part",
    500: "Superset failed: its log says why",
}


class SupersetUnreachable(UnwindError):
    """Nothing answers at that address."""


class SupersetRefused(UnwindError):
    """A call was answered with something other than success. `status` is its status."""

    def __init__(self, call: str, status: int, told: str) -> None:
        self.status = status
        advice = ADVICE.get(status, "see Superset's log")
        super().__init__(f"{call} was refused with status {status} ({told}): {advice}")


class Superset:
    """Somebody signed in. done: how many things were created, changed and left as they were."""

    def __init__(self, url: str, username: str, password: str, timeout_seconds: float = 120.0) -> None:
        self.done: Counter[str] = Counter()
        self._http = httpx.Client(base_url=url, timeout=timeout_seconds, headers={"Referer": url})
        try:
            self._sign_in(username, password)
        except BaseException:
            self._http.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def find(self, resource: Resource, **columns: str) -> int | None:
        """The id of the oldest thing with these values."""
        filters = ",".join(f"(col:{name},opr:eq,value:{_rison(value)})" for name, value in columns.items())
        found = self.call("GET", f"{resource}/", params={"q": f"(filters:!({filters}))"})["result"]
        return min((int(one["id"]) for one in found), default=None)

    def read(self, resource: Resource, number: int) -> dict[str, Any]:
        return dict(self.call("GET", f"{resource}/{number}")["result"])

    def create(self, resource: Resource, body: Mapping[str, Any]) -> int:
        self.done["created"] += 1
        return int(self.call("POST", f"{resource}/", body)["id"])

    def put_right(self, resource: Resource, number: int, body: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        """Make a thing as `body` has it, unless it is so; `now` is what it is."""
        is_so = _is_same(body, now)
        self.done["unchanged" if is_so else "changed"] += 1
        if not is_so:
            self.call("PUT", f"{resource}/{number}", body)

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, params: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """One answered call below /api/v1. Raises SupersetUnreachable and SupersetRefused."""
        try:
            answer = self._http.request(method, f"/api/v1/{path}", json=body, params=params)
        except httpx.HTTPError as error:
            where = self._http.base_url
            raise SupersetUnreachable(f"no Superset answers at {where} ({error}); `make superset` starts one") from None
        if not answer.is_success:
            raise SupersetRefused(f"{method} {path}", answer.status_code, _told(answer))
        try:
            return dict(orjson.loads(answer.content))
        except (orjson.JSONDecodeError, TypeError, ValueError):
            raise SupersetRefused(f"{method} {path}", answer.status_code, "an answer that is no JSON object") from None

    def _sign_in(self, username: str, password: str) -> None:
        who = {"username": username, "password": password, "provider": "db", "refresh": False}
        self._http.headers["Authorization"] = f"Bearer {self.call('POST', 'security/login', who)['access_token']}"
        # Belongs to the session, whose cookie the client keeps from here on.
        self._http.headers["X-CSRFToken"] = self.call("GET", "security/csrf_token/")["result"]


def _is_same(wanted: Any, found: Any) -> bool:
    """Whether nothing of what is wanted is otherwise; Superset adds parts of its own to JSON that it keeps as text."""
    if isinstance(wanted, str) and isinstance(found, str) and wanted.startswith("{"):
        with suppress(orjson.JSONDecodeError):
            wanted, found = orjson.loads(wanted), orjson.loads(found)
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(_is_same(value, found.get(name)) for name, value in wanted.items())
    return bool(wanted == found)


def _rison(text: str) -> str:
    """A text in the notation of Superset's queries.

    >>> print(_rison("it's"))
    'it!'s'
    """
    return "'" + text.replace("!", "!!").replace("'", "!'") + "'"


def _told(answer: httpx.Response) -> str:
    """What a refusal says, in a line."""
    try:
        body = orjson.loads(answer.content)
        told = body.get("message") or body.get("errors") or body if isinstance(body, dict) else body
    except orjson.JSONDecodeError:
        told = answer.text
    return " ".join(str(told).split())[:300]
