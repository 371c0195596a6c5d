"""Answers from a capture directory instead of the network, through the same interface as the live client."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime

from ingestion.capture import Capture, CaptureStore
from ingestion.contract import Dataset
from ingestion.errors import SourceUnavailable
from ingestion.request import Request, redact
from ingestion.share import Share
from ingestion.windows import Window


class ReplayClient:
    """Answers from a capture directory: every stored answer to the request, in order of receipt.

    shares: what the directory is about by dataset key; nothing else is missing from it, and nothing else is asked.
    """

    def __init__(self, store: CaptureStore, now: datetime, shares: Mapping[str, Share] | None = None) -> None:
        self.now = now
        self._shares = shares or {}
        self._store = store
        self._stored = set(store.datasets())
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, str], dict[tuple[str, str, bytes | None], list[Capture]]] = {}

    def not_asked(self, dataset: Dataset) -> str | None:
        """A dataset the captures hold nothing of is no fault of the replay."""
        if (dataset.source, dataset.name) in self._stored:
            return None
        return "not part of this case"

    def days_of(self, dataset: Dataset, window: Window) -> Window | None:
        """The part of the window that the directory is about."""
        return self._share(dataset.key).days_of(window)

    def fetch(self, request: Request) -> list[Capture]:
        key = (request.source, request.dataset)
        if not self._share("/".join(key)).holds(request):
            return []
        # Several questions of a dataset may be asked at once; the first of them reads.
        with self._lock:
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

    def _share(self, key: str) -> Share:
        return self._shares.get(key, Share())
