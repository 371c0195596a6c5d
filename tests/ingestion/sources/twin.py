"""A payload written for this project in a source's own shape, and how it is presented to the parser."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Literal

from ingestion.capture import Capture, capture_id

PAYLOADS = Path(__file__).parents[2] / "payloads"
RECEIVED_AT = datetime(2026, 11, 1)


@dataclass(frozen=True, slots=True)
class Twin:
    """One good answer. `covers_*`: the days that were asked for; None where the source is asked for everything.

    wrap: what the host puts around the payload, such as a zip. kind: of the answer, where an answer of another kind
    has led to it.
    """

    dataset: str
    payload: str
    url: str
    covers_from: date | None = None
    covers_to: date | None = None
    request_body: bytes | None = None
    wrap: Callable[[bytes], bytes] = bytes
    kind: Literal["zip"] | None = None

    @property
    def content(self) -> bytes:
        """The payload as it is readable."""
        return (PAYLOADS / self.payload).read_bytes()

    @property
    def body(self) -> bytes:
        """The payload as the host sends it."""
        return self.wrap(self.content)

    def capture(self, body: bytes | None = None, received_at: datetime = RECEIVED_AT) -> Capture:
        """The payload, or another body in its place, as if it had just been received."""
        content = self.body if body is None else body
        source, name = self.dataset.split("/")
        digest = hashlib.sha256(content).hexdigest()
        method = "POST" if self.request_body else "GET"
        return Capture(
            capture_id(method, self.url, self.request_body, received_at, digest), source, name, method, self.url,
            self.request_body, received_at, received_at, 200, None, content, digest,
            self.covers_from, self.covers_to, "measured",
        )  # fmt: skip


def registered() -> list[Twin]:
    """The twins of every `twins_*.py` beside this file."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("twins_*.py"))
    return [twin for name in names for twin in import_module(f"tests.ingestion.sources.{name}").TWINS]
