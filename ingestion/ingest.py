"""One dataset, one window: ask, capture, parse, land. The only place where these meet.

Nothing that is stored is ever lost by a failed run: captures are appended, partitions replaced atomically, and
a source that is down or has changed its shape leaves what was landed as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ingestion.atomic import remove_leftovers
from ingestion.capture import Capture, CaptureStore
from ingestion.contract import Dataset
from ingestion.errors import SourceUnavailable
from ingestion.landing import PartitionReport, landed_days, write_empty
from ingestion.places import Places
from ingestion.reparse import project, unreadable_captures
from ingestion.request import Fetcher, Request
from ingestion.sources import Feed, feed
from ingestion.windows import Window

# Vendors replace files silently; a checksum is re-read for this long after the day it is about.
RECHECK = timedelta(days=35)
# A killed run loses at most this many answers.
BATCH = 64
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class IngestReport:
    """What one dataset's run did, in numbers and in words a reader can act on.

    failures: questions without an answer (the run is degraded). unreadable: newest answers that cannot be
    landed (the landing fails). notices: facts worth knowing that stop nothing.
    """

    dataset: str
    asked: int = 0
    captured: int = 0
    skipped: int = 0
    running: int = 0
    partitions: list[PartitionReport] = field(default_factory=list)
    missing_days: list[date] = field(default_factory=list)
    partial_days: dict[date, int] = field(default_factory=dict)
    rows: int = 0
    first_day: date | None = None
    last_day: date | None = None
    failures: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def landed(self) -> list[PartitionReport]:
        return [partition for partition in self.partitions if not partition.is_unchanged]

    @property
    def quarantined(self) -> dict[str, int]:
        total: dict[str, int] = {}
        for partition in self.partitions:
            for reason, count in partition.quarantined.items():
                total[reason] = total.get(reason, 0) + count
        return total


def ingest(
    dataset: Dataset, window: Window, client: Fetcher, places: Places, on_progress: Progress | None = None
) -> IngestReport:
    """Ask for what is not captured yet, append the answers, and make the partitions they touch anew."""
    report = IngestReport(dataset.key)
    for root in (places.capture, places.raw, places.quarantine):
        remove_leftovers(root / dataset.source / dataset.name)
    write_empty(places.raw, dataset)
    store = CaptureStore(places.capture)
    source = feed(dataset)
    begun = window.until(client.now)
    if begun:
        _capture(dataset, source, begun, client, store, places, report, on_progress)
    project(dataset, source, store, places, report)
    _measure_coverage(dataset, window, client.now, places, report)
    return report


def _capture(
    dataset: Dataset,
    source: Feed,
    window: Window,
    client: Fetcher,
    store: CaptureStore,
    places: Places,
    report: IngestReport,
    on_progress: Progress | None,
) -> None:
    known = _Known(store, dataset, unreadable_captures(places, dataset))
    requests = source.requests(dataset, window)
    pending: list[Capture] = []
    for number, request in enumerate(requests, start=1):
        try:
            for capture in _answers(request, client, known, report):
                if known.is_news(capture) and not _repeats(capture, source, known):
                    known.add(capture)
                    pending.append(capture)
        except SourceUnavailable as error:
            report.failures.append(str(error))
        if len(pending) >= BATCH or (pending and number == len(requests)):
            store.append(pending)
            report.captured += len(pending)
            pending = []
        if on_progress:
            on_progress(dataset.key, number, len(requests))


def _answers(request: Request, client: Fetcher, known: _Known, report: IngestReport) -> Iterator[Capture]:
    """New answers to one request; where a checksum is published it decides whether to ask for the body."""
    if request.checksum is None:
        report.asked += 1
        yield from client.fetch(request)
        return
    # A file whose newest answer cannot be read is asked for again, even when it is the older one once more:
    # that it was put back is news.
    have = known.body_of(request)
    covers_to = request.covers_to or client.now.date()
    is_settled = client.now.date() - covers_to > RECHECK
    if have and is_settled:
        report.skipped += 1
        return
    for attempt in (1, 2):
        report.asked += 1
        checksums = client.fetch(request.checksum)
        yield from checksums
        digests = {capture.body.split()[0].decode() for capture in checksums if capture.status == 200}
        if not digests:
            return
        if have and have.sha256 in digests and len(digests) == 1:
            report.skipped += 1
            return
        report.asked += 1
        bodies = client.fetch(request)
        good = [capture for capture in bodies if capture.status != 200 or capture.body_sha256 in digests]
        yield from good
        if len(good) == len(bodies):
            return
        # The file may have been replaced between the two questions, so both are asked once more.
        if attempt == 2:
            raise SourceUnavailable(
                f"{request.url}: the sha256 of the file is not the published one (asked twice); not landed"
            )


@dataclass(frozen=True, slots=True)
class _Newest:
    capture_id: str
    received_at: datetime
    sha256: str
    status: int


class _Known:
    """What is already captured, by request: enough to decide what not to ask or store again."""

    def __init__(self, store: CaptureStore, dataset: Dataset, unreadable: set[str]) -> None:
        self._ids: set[str] = set()
        self._unreadable: set[str] = set()
        self._newest: dict[tuple[str, str, bytes | None], _Newest] = {}
        for row in store.index(dataset.source, dataset.name).iter_rows(named=True):
            self._ids.add(row["capture_id"])
            if row["capture_id"] in unreadable:
                self._unreadable.add(row["body_sha256"])
            key = (row["method"], row["url"], row["request_body"])
            self._newest[key] = _Newest(row["capture_id"], row["received_at"], row["body_sha256"], row["status"])

    def newest_like(self, capture: Capture) -> _Newest | None:
        return self._newest.get(capture.request_key)

    def body_of(self, request: Request) -> _Newest | None:
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
        self._newest[capture.request_key] = _Newest(
            capture.capture_id, capture.received_at, capture.body_sha256, capture.status
        )


def _repeats(capture: Capture, source: Feed, known: _Known) -> bool:
    """A checksum or 'no such day' told again word for word is not evidence of anything new."""
    newest = known.newest_like(capture)
    return newest is not None and newest.sha256 == capture.body_sha256 and not source.holds_rows(capture)


def _measure_coverage(dataset: Dataset, window: Window, now: datetime, places: Places, report: IngestReport) -> None:
    days = landed_days(places.raw, dataset)
    report.rows = sum(days.values())
    report.first_day, report.last_day = (min(days), max(days)) if days else (None, None)
    if dataset.expected_per_day is None:
        return
    for day in window.days():
        public_at = datetime(day.year, day.month, day.day) + timedelta(days=1) + dataset.publication_lag
        if public_at > now:
            break
        if not days.get(day):
            report.missing_days.append(day)
        elif days[day] < dataset.expected_per_day:
            report.partial_days[day] = days[day]
