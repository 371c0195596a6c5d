"""What is captured already of one dataset: enough to decide what not to ask, and what not to store, again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingestion.capture import Capture, CaptureStore
from ingestion.contract import Dataset
from ingestion.request import Request


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest answer to a question."""

    capture_id: str
    received_at: datetime
    sha256: str
    status: int


class Known:
    """Captures of one dataset by question, as they stood when the run began and grow during it."""

    def __init__(self, store: CaptureStore, dataset: Dataset, unreadable: set[str]) -> None:
        self._ids: set[str] = set()
        self._unreadable: set[str] = set()
        self._newest: dict[tuple[str, str, bytes | None], Newest] = {}
        for row in store.index(dataset.source, dataset.name).iter_rows(named=True):
            self._ids.add(row["capture_id"])
            if row["capture_id"] in unreadable:
                self._unreadable.add(row["body_sha256"])
            key = (row["method"], row["url"], row["request_body"])
            self._newest[key] = Newest(row["capture_id"], row["received_at"], row["body_sha256"], row["status"])

    def newest_like(self, capture: Capture) -> Newest | None:
        return self._newest.get(capture.request_key)

    def body_of(self, request: Request) -> Newest | None:
        """The newest answer, if it is one that can be read; 'no such file' is asked about again."""
        newest = self._newest.get((request.method, request.url, request.body))
        is_body = newest is not None and newest.status == 200 and newest.sha256 not in self._unreadable
        return newest if is_body else None

    def is_news(self, capture: Capture) -> bool:
        """Not stored yet, or given again at the instant of another answer that came in between."""
        newest = self.newest_like(capture)
        is_back = (
            newest is not None and newest.received_at == capture.received_at and newest.capture_id != capture.capture_id
        )
        return is_back or capture.capture_id not in self._ids

    def add(self, capture: Capture) -> None:
        self._ids.add(capture.capture_id)
        self._newest[capture.request_key] = Newest(
            capture.capture_id, capture.received_at, capture.body_sha256, capture.status
        )
