"""Which questions of a dataset are asked, and how far: checksums first, pages to their end, nothing settled twice.

A source that fails in the middle loses nothing: what it had answered is handed on, with what it failed at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import NoSuchSeries, SourceUnavailable, UnreadableBody
from ingestion.known import Known
from ingestion.request import Fetcher, Request
from ingestion.sources import Feed

# Vendors replace files silently; a checksum is re-read for this long after the day it is about.
RECHECK = timedelta(days=35)
MAX_PAGES = 2_000


@dataclass(slots=True)
class Answered:
    """What came of one question: the answers, how often the source was asked, and what it failed at."""

    captures: list[Capture] = field(default_factory=list)
    asked: int = 0
    skipped: int = 0
    failure: str | None = None


class Asker:
    """Asks the questions of one dataset, at most `pace.at_once` at a time."""

    def __init__(
        self, dataset: Dataset, source: Feed, client: Fetcher, known: Known, is_whole: Callable[[date, date], bool]
    ) -> None:
        """is_whole: whether what is landed of some days leaves nothing to ask for."""
        self._dataset = dataset
        self._source = source
        self._client = client
        self._known = known
        self._is_whole = is_whole
        self._declined: set[str] = set()

    def ask(self, requests: Sequence[Request]) -> Iterator[Answered]:
        """What came of each question, in the order of the questions."""
        at_once = self._dataset.pace.at_once
        if at_once == 1:
            yield from map(self._one, requests)
            return
        with ThreadPoolExecutor(at_once, thread_name_prefix=self._dataset.source) as pool:
            yield from pool.map(self._one, requests)

    def _one(self, request: Request) -> Answered:
        answered = Answered()
        if request.series in self._declined:
            answered.skipped += 1
            return answered
        try:
            if request.checksum is not None:
                self._file(request, request.checksum, answered)
            elif self._is_settled(request):
                answered.skipped += 1
            else:
                self._pages(request, answered)
        except NoSuchSeries as error:
            if request.series is not None:
                self._declined.add(request.series)
            answered.failure = str(error)
        except (SourceUnavailable, UnreadableBody) as error:
            answered.failure = str(error)
        return answered

    def _pages(self, request: Request, answered: Answered) -> None:
        page: Request | None = request
        seen: set[tuple[str, str, bytes | None]] = set()
        while page is not None:
            key = (page.method, page.url, page.body)
            if key in seen or len(seen) >= MAX_PAGES:
                raise SourceUnavailable(f"{request.url}: paging does not end ({len(seen)} pages)")
            seen.add(key)
            answered.asked += 1
            captures = self._client.fetch(page)
            answered.captures += [self._dated(capture) for capture in captures]
            follow = self._source.next_page
            page = follow(self._dataset, page, captures[-1]) if follow and captures else None

    def _dated(self, capture: Capture) -> Capture:
        """An answer about the state of now belongs to the day it was received."""
        if not self._dataset.is_snapshot:
            return capture
        day = capture.received_at.date()
        return replace(capture, covers_from=day, covers_to=day)

    def _is_settled(self, request: Request) -> bool:
        """Whether an answer we have was given after the source could still change it, and said all there is.

        An empty or cut answer of a bad moment would be believed for ever.
        """
        have, first, last = self._known.body_of(request), request.covers_from, request.covers_to
        if have is None or first is None or last is None or self._source.next_page is not None:
            return False
        end = _midnight_after(last) + self._dataset.publication_lag
        is_final = have.received_at >= end + (RECHECK if self._dataset.is_revisable else timedelta(0))
        return is_final and self._is_whole(first, last)

    def _file(self, request: Request, checksum: Request, answered: Answered) -> None:
        """A file whose sha256 is published: the checksum decides whether to ask for the file."""
        # A file whose newest answer cannot be read is asked for again, even when it is the older one once more:
        # that it was put back is news.
        have = self._known.body_of(request)
        today = self._client.now.date()
        if have and today - (request.covers_to or today) > RECHECK:
            answered.skipped += 1
            return
        for attempt in (1, 2):
            answered.asked += 1
            checksums = self._client.fetch(checksum)
            answered.captures += checksums
            digests = {capture.body.split()[0].decode() for capture in checksums if capture.status == 200}
            if not digests:
                return
            if have and have.sha256 in digests and len(digests) == 1:
                answered.skipped += 1
                return
            answered.asked += 1
            bodies = self._client.fetch(request)
            good = [capture for capture in bodies if capture.status != 200 or capture.body_sha256 in digests]
            answered.captures += good
            if len(good) == len(bodies):
                return
            # The file may have been replaced between the two questions, so both are asked once more.
            if attempt == 2:
                raise SourceUnavailable(
                    f"{request.url}: the sha256 of the file is not the published one (asked twice); not landed"
                )


def _midnight_after(day: date) -> datetime:
    return datetime(day.year, day.month, day.day) + timedelta(days=1)
