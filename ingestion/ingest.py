"""One dataset, one window: ask, capture, parse, land. The only place where these meet.

Nothing that is stored is ever lost by a failed run: captures are appended, partitions replaced atomically, and
a source that is down or has changed its shape leaves what was landed as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import polars as pl

from ingestion import large_bodies
from ingestion.asking import Asker
from ingestion.atomic import remove_leftovers
from ingestion.capture import Capture, CaptureStore
from ingestion.contract import Dataset
from ingestion.coverage import facts_on, find_gaps, landed_days
from ingestion.known import Known
from ingestion.landing import PartitionReport, write_empty
from ingestion.places import Places
from ingestion.reparse import project, unreadable_captures
from ingestion.request import Fetcher
from ingestion.sources import Feed, feed
from ingestion.windows import Window

# A killed run loses at most this many answers.
BATCH = 64
Progress = Callable[[str, int, int], None]


@dataclass(slots=True)
class IngestReport:
    """What one dataset's run did, in numbers and in words a reader can act on.

    not_asked: why the source was left alone, if it was. failures: questions without an answer (the run is
    degraded). unreadable: newest answers that cannot be landed (the landing fails). gone: days of the window that the
    source no longer gives. notices: facts worth knowing that stop nothing.
    """

    dataset: str
    not_asked: str | None = None
    asked: int = 0
    captured: int = 0
    skipped: int = 0
    running: int = 0
    partitions: list[PartitionReport] = field(default_factory=list)
    gone: list[date] = field(default_factory=list)
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
    report = IngestReport(dataset.key, not_asked=client.not_asked(dataset))
    for root in (places.capture, places.raw, places.quarantine):
        remove_leftovers(root / dataset.source / dataset.name)
    remove_leftovers(places.capture / large_bodies.FOLDER)
    write_empty(places.raw, dataset)
    store = CaptureStore(places.capture)
    source = feed(dataset)
    about = client.days_of(dataset, window)
    askable = None if report.not_asked or about is None else _askable(dataset, about, client.now, report)
    if askable:
        _capture(dataset, source, askable, client, store, places, report, on_progress)
    project(dataset, source, store, places, report)
    _measure_coverage(dataset, about, client.now, places, report)
    return report


def _askable(dataset: Dataset, window: Window, now: datetime, report: IngestReport) -> Window | None:
    """The days of the window that have begun and that the source still gives."""
    begun = window.until(now)
    if begun is None:
        return None
    if dataset.is_snapshot or dataset.history == timedelta(0):
        # Asked about other days, it would answer with now.
        return begun if begun.last >= now.date() - timedelta(days=1) else None
    if dataset.history is None:
        return begun
    kept = begun.since((now - dataset.history).date() + timedelta(days=1))
    report.gone = [day for day in begun.days() if kept is None or day < kept.first]
    return kept


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
    known = Known(store, dataset, unreadable_captures(places, dataset))
    asker = Asker(dataset, source, client, known, _is_whole(dataset, places))
    requests = source.requests(dataset, window)
    for first in range(0, len(requests), BATCH):
        news: list[Capture] = []
        for number, answered in enumerate(asker.ask(requests[first : first + BATCH]), start=first + 1):
            report.asked += answered.asked
            report.skipped += answered.skipped
            if answered.failure:
                report.failures.append(answered.failure)
            for capture in answered.captures:
                if known.is_news(capture) and not _repeats(capture, source, known):
                    known.add(capture)
                    news.append(capture)
                    report.captured += 1
            if on_progress:
                on_progress(dataset.key, number, len(requests))
            # One question may have been answered by hundreds of pages.
            if len(news) >= BATCH:
                store.append(news)
                news = []
        store.append(news)


def _is_whole(dataset: Dataset, places: Places) -> Callable[[date, date], bool]:
    """Whether every day has its rows, where the contract says how many; elsewhere, whether there is any row."""
    landed, expected = landed_days(places.raw, dataset), dataset.expected_per_day
    if expected is None:
        some = set(landed["day"])
        return lambda first, last: any(day in some for day in Window(first, last).days())
    found_on = facts_on(landed)
    return lambda first, last: all(min(found_on(day), default=0) >= expected for day in Window(first, last).days())


def _repeats(capture: Capture, source: Feed, known: Known) -> bool:
    """A checksum or 'no such day' told again word for word is not evidence of anything new."""
    newest = known.newest_like(capture)
    return newest is not None and newest.sha256 == capture.body_sha256 and not source.holds_rows(capture)


def _measure_coverage(
    dataset: Dataset, window: Window | None, now: datetime, places: Places, report: IngestReport
) -> None:
    landed = landed_days(places.raw, dataset)
    report.rows = int(landed["facts"].sum())
    report.first_day, report.last_day = landed.select(pl.col("day").min(), pl.col("day").max().alias("last")).row(0)
    if window is not None and not report.not_asked:
        gaps = find_gaps(dataset, landed, window, now)
        report.missing_days, report.partial_days = gaps.missing, gaps.partial
