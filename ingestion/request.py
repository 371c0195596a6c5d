"""A question to a source, and what anybody who answers questions must offer. Asking is http.py and replay.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, Protocol
from urllib.parse import quote

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.windows import Window

_SECRET = re.compile(r"((?:api[_-]?key|token|secret|signature)=)[^&\s]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a source. `covers_*`: the days the answer is about, None for all of them.

    checksum: where the sha256 of this answer is published. missing_ok: a 404 means 'no such day (yet)'.
    gate: raises BodyRejected when a well-formed JSON body is an error in disguise.
    series: what the question is about (a symbol, a contract): once a host says it has no such series, the rest of
    its questions are not asked. weight: how many requests the host counts it as.
    """

    source: str
    dataset: str
    url: str
    kind: Literal["zip", "gzip", "parquet", "json", "text", "html"]
    method: Literal["GET", "POST"] = "GET"
    body: bytes | None = None
    covers_from: date | None = None
    covers_to: date | None = None
    checksum: Request | None = None
    missing_ok: bool = False
    gate: Callable[[Any], None] | None = None
    series: str | None = None
    weight: int = 1


class Fetcher(Protocol):
    """Answers requests. now: the moment the run takes as now. days_of: what it can be asked about of a window."""

    now: datetime

    def not_asked(self, dataset: Dataset) -> str | None: ...

    def days_of(self, dataset: Dataset, window: Window) -> Window | None: ...

    def fetch(self, request: Request) -> list[Capture]: ...


def redact(text: str) -> str:
    """The same text without the values of secrets in a query.

    >>> redact("https://x/y?api_key=abc&z=1")
    'https://x/y?api_key=***&z=1'
    """
    return _SECRET.sub(r"\1***", text)


def without(secret: str | None, text: bytes) -> bytes:
    """The same text without a secret, as it is or as a query, JSON or Python writes it.

    >>> without("a/b=c", b"no such key: a/b=c, api_key=a%2Fb%3Dc")
    b'no such key: ***, api_key=***'
    """
    # Of an Authorization header the last word is the secret. What is shorter is no secret, and may be part of a price.
    for bare in (secret, *secret.split()[-1:]) if secret else ():
        for written in (bare, quote(bare), quote(bare, safe=""), bare.replace("/", "\\/"), repr(bare)[1:-1]):
            text = text.replace(written.encode(), b"***") if len(bare) >= 5 else text
    return text
