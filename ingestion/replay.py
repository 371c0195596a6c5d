"""Answers from a capture directory instead of the network, through the same interface as the live client."""

from __future__ import annotations

from datetime import datetime

from ingestion.capture import Capture, CaptureStore
from ingestion.contract import Dataset
from ingestion.errors import SourceUnavailable
from ingestion.request import Request, redact


class ReplayClient:
    """Answers from a capture directory: every stored answer to the request, in order of receipt."""

    def __init__(self, store: CaptureStore, now: datetime) -> None:
        self.now = now
        self._store = store
        self._stored = set(store.datasets())
        self._answers: dict[tuple[str, str], dict[tuple[str, str, bytes | None], list[Capture]]] = {}

    def not_asked(self, dataset: Dataset) -> str | None:
        """A dataset the captures hold nothing of is no fault of the replay."""
        if (dataset.source, dataset.name) in self._stored:
            return None
        return "not part of this case"

    def fetch(self, request: Request) -> list[Capture]:
        key = (request.source, request.dataset)
        if key not in self._answers:
            by_request: dict[tuple[str, str, bytes | None], list[Capture]] = {}
            for capture in self._store.read(*key):
                by_request.setdefault(capture.request_key, []).append(capture)
            self._answers[key] = by_request
        found = self._answers[key].get((request.method, request.url, request.body), [])
        found = [capture for capture in found if capture.received_at <= self.now]
        if not found and not request.missing_ok:
            raise SourceUnavailable(f"the replayed captures hold no answer to {request.method} {redact(request.url)}")
        return found
