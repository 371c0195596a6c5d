"""Which questions are asked and how far, shown with a small dataset of its own against a scripted host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from ingestion.bodies import read_json, records_frame
from ingestion.capture import Capture, CaptureStore
from ingestion.contract import Column, Dataset, Pace, find
from ingestion.http import LiveClient
from ingestion.ingest import IngestReport, ingest
from ingestion.places import Places
from ingestion.request import Request
from ingestion.settings import Settings
from ingestion.sources import Feed
from ingestion.windows import Window
from tests.loopback.scripted import Answer, Question, Scripted

HOST = "data-api.binance.vision"
NOON = datetime(2026, 3, 10, 12)
# Under the name of a real dataset of a fast host, so that the client keeps that host's pace.
PRICES = replace(
    find("binance_spot/klines_1h"),
    columns=(
        Column("symbol", "varchar", "", None, False),
        Column("observed_at", "timestamp", "", None, False),
        Column("price", "double", "", None, False),
    ),
    grain=("symbol", "observed_at"),
    event_time="observed_at",
    rules=(),
    partition="day",
    expected_per_day=None,
    label_column=None,
    publication_lag=timedelta(hours=1),
    is_revisable=False,
)
NOW = replace(PRICES, is_snapshot=True, history=timedelta(0))


def asks(*symbols: str) -> Callable[[Dataset, Window], list[Request]]:
    """One question per symbol and day."""

    def requests(dataset: Dataset, window: Window) -> list[Request]:
        return [
            Request(
                dataset.source,
                dataset.name,
                f"https://{HOST}/prices?symbol={symbol}&day={day}",
                "json",
                covers_from=day,
                covers_to=day,
                series=symbol,
            )
            for symbol in symbols
            for day in window.days()
        ]

    return requests


def asks_for_now(dataset: Dataset, window: Window) -> list[Request]:
    return [Request(dataset.source, dataset.name, f"https://{HOST}/now", "json")]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """A list of rows, or an object with one."""
    body = read_json(capture)
    rows = body["rows"] if isinstance(body, dict) else body
    frame = records_frame(rows, {"symbol": "symbol", "at": "observed_at", "price": "price"})
    return frame.with_columns(pl.col("observed_at").str.to_datetime(strict=False))


def next_page(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """The host says which page follows."""
    following = read_json(capture).get("next")
    first, _, _ = request.url.partition("&page=")
    return replace(request, url=f"{first}&page={following}") if following else None


def rows(question: Question, hour: int = 0, price: float = 1.0) -> list[dict[str, Any]]:
    return [{"symbol": question.value("symbol"), "at": f"{question.value('day')}T{hour:02}:00:00", "price": price}]


def good(question: Question) -> Answer:
    return Answer(orjson.dumps(rows(question)))


@dataclass
class Counter:
    """Where the small dataset is asked for. `at` is the clock, which the client takes as now."""

    server: Scripted
    places: Places
    monkeypatch: pytest.MonkeyPatch
    at: datetime = NOON
    source: Feed = field(default_factory=lambda: Feed(asks("BTC"), parse))

    def land(self, first: str, last: str, dataset: Dataset = PRICES) -> IngestReport:
        self.monkeypatch.setattr("ingestion.ingest.feed", lambda _: self.source)
        self.server.log.clear()
        settings = Settings(
            data_dir=self.places.data_dir, mirror=self.server.url, now=self.at, retry_wait_seconds=0.002
        )
        with LiveClient(settings) as client:
            return ingest(dataset, Window(date.fromisoformat(first), date.fromisoformat(last)), client, self.places)

    def asked(self, name: str = "day") -> list[str]:
        """A parameter of every question of the last landing."""
        return [question.value(name) for question in self.server.log]

    def captured(self) -> list[tuple[str, bytes]]:
        return [(kept.url, kept.body) for kept in CaptureStore(self.places.capture).read(PRICES.source, PRICES.name)]

    def raw(self, dataset: Dataset = PRICES) -> pl.DataFrame:
        files = sorted((self.places.raw / dataset.source / dataset.name).glob("*.parquet"))
        return pl.concat([pl.read_parquet(file) for file in files]).sort(*dataset.grain)


@pytest.fixture
def counter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter]:
    with Scripted(good) as server:
        yield Counter(server, Places(tmp_path), monkeypatch)


def paged(pages: int, failing: int | None = None) -> Callable[[Question], Answer]:
    """A host that gives an hour a page, and breaks down at one of them."""

    def answer(question: Question) -> Answer:
        page = int(question.value("page") or 1)
        if page == failing:
            return Answer(b"no", 500)
        following = page + 1 if page < pages else None
        return Answer(orjson.dumps({"rows": rows(question, hour=page - 1), "next": following}))

    return answer


def test_pages_are_asked_for_to_their_end(counter: Counter) -> None:
    counter.source, counter.server.answer = Feed(asks("BTC"), parse, next_page=next_page), paged(5)
    report = counter.land("2026-03-01", "2026-03-02")
    assert counter.asked("page") == ["", "2", "3", "4", "5"] * 2
    assert (report.asked, report.captured, report.failures) == (10, 10, [])
    assert counter.raw()["observed_at"].dt.hour().to_list() == [0, 1, 2, 3, 4] * 2


def test_pages_are_stored_as_they_come_and_not_after_the_last_question(counter: Counter) -> None:
    counter.monkeypatch.setattr("ingestion.ingest.BATCH", 4)
    counter.source, counter.server.answer = Feed(asks("BTC", "ETH"), parse, next_page=next_page), paged(5)
    assert counter.land("2026-03-01", "2026-03-01").captured == 10
    files = sorted((counter.places.capture / PRICES.source / PRICES.name).glob("*.parquet"))
    assert [pl.read_parquet(file).height for file in files] == [5, 5]


def test_a_page_that_leads_back_to_one_before_ends_the_asking_and_nothing_is_lost(counter: Counter) -> None:
    def answer(question: Question) -> Answer:
        page = int(question.value("page") or 1)
        return Answer(orjson.dumps({"rows": rows(question, hour=page), "next": 3 if page == 4 else page + 1}))

    counter.source, counter.server.answer = Feed(asks("BTC"), parse, next_page=next_page), answer
    report = counter.land("2026-03-01", "2026-03-01")
    assert counter.asked("page") == ["", "2", "3", "4"]
    assert "paging does not end (4 pages)" in report.failures[0]
    assert (report.captured, counter.raw().height) == (4, 4)


def test_paging_has_an_end_even_where_the_host_knows_none(counter: Counter) -> None:
    counter.monkeypatch.setattr("ingestion.asking.MAX_PAGES", 20)
    counter.source, counter.server.answer = Feed(asks("BTC"), parse, next_page=next_page), paged(24)
    report = counter.land("2026-03-01", "2026-03-01")
    assert "paging does not end (20 pages)" in report.failures[0]
    assert len(counter.asked()) == report.captured == counter.raw().height == 20


@pytest.mark.parametrize("status", [500, 404])
def test_what_came_before_a_failing_page_is_kept(counter: Counter, status: int) -> None:
    whole = paged(5, failing=3)
    counter.source = Feed(asks("BTC"), parse, next_page=next_page)
    counter.server.answer = lambda asked: (
        replace(whole(asked), status=status) if asked.value("page") == "3" else whole(asked)
    )
    report = counter.land("2026-03-01", "2026-03-01")
    assert len(report.failures) == 1
    assert f"page=3: status {status}" in report.failures[0]
    assert counter.raw()["observed_at"].dt.hour().to_list() == [0, 1]
    counter.server.answer = paged(5)
    assert counter.land("2026-03-01", "2026-03-01").failures == []
    assert counter.raw().height == 5, "a paged question is asked anew from its first page"


def test_a_series_the_host_does_not_have_is_not_asked_for_again_and_the_others_are(counter: Counter) -> None:
    counter.source = Feed(asks("BTC", "GONE", "ETH"), parse)
    counter.server.answer = lambda asked: (
        Answer(b'{"code":-1121,"msg":"Invalid symbol."}', 400) if asked.value("symbol") == "GONE" else good(asked)
    )
    report = counter.land("2026-03-01", "2026-03-03")
    assert counter.asked("symbol") == ["BTC"] * 3 + ["GONE"] + ["ETH"] * 3
    assert (report.skipped, len(report.failures)) == (2, 1)
    assert "Invalid symbol" in report.failures[0]
    assert counter.raw().height == 6


def test_a_question_the_host_declines_stops_no_other_about_the_same(counter: Counter) -> None:
    """A backfill that starts before a listing, or before what a host keeps."""
    counter.source = Feed(asks("BTC"), parse)
    counter.server.answer = lambda asked: (
        Answer(b'{"code":-1130,"msg":"Data is too old."}', 400) if len(counter.asked("symbol")) == 1 else good(asked)
    )
    report = counter.land("2026-03-01", "2026-03-03")
    assert (report.skipped, len(report.failures), counter.raw().height) == (0, 1, 2)


def test_an_answer_that_can_no_longer_change_is_not_asked_for_again(counter: Counter) -> None:
    counter.at = datetime(2026, 3, 10, 0, 59)
    counter.land("2026-03-08", "2026-03-09")
    # The ninth was still within its hour of publication when it was answered.
    counter.at = datetime(2026, 3, 10, 1)
    report = counter.land("2026-03-08", "2026-03-09")
    assert (counter.asked(), report.skipped) == (["2026-03-09"], 1)
    report = counter.land("2026-03-08", "2026-03-09")
    assert (counter.asked(), report.skipped, report.landed) == ([], 2, [])


def test_an_empty_answer_about_one_series_settles_nothing_though_the_others_are_whole(counter: Counter) -> None:
    counter.source = Feed(asks("BTC", "ETH"), parse)
    daily = replace(PRICES, expected_per_day=1)
    is_ill = True

    def answer(asked: Question) -> Answer:
        silent = is_ill and (asked.value("symbol"), asked.value("day")) == ("ETH", "2026-03-02")
        return Answer(b"[]") if silent else good(asked)

    counter.server.answer = answer
    counter.land("2026-03-01", "2026-03-02", daily)
    is_ill = False
    counter.land("2026-03-01", "2026-03-02", daily)
    assert ("ETH", "2026-03-02") in zip(counter.asked("symbol"), counter.asked("day"), strict=True)
    assert "2026-03-01" not in counter.asked("day")
    assert counter.raw().height == 4


def test_an_answer_that_may_be_revised_is_asked_for_again_for_35_days(counter: Counter) -> None:
    revisable = replace(PRICES, is_revisable=True)
    end = datetime(2026, 3, 2, 1)
    for passed in (timedelta(days=1), timedelta(days=35, seconds=-1), timedelta(days=35)):
        counter.at = end + passed
        counter.land("2026-03-01", "2026-03-01", revisable)
        assert counter.asked() == ["2026-03-01"], "no answer so far came late enough to be the last"
    counter.at += timedelta(hours=1)
    counter.land("2026-03-01", "2026-03-01", revisable)
    assert counter.asked() == []


def test_an_answer_that_cannot_be_read_is_asked_for_again_however_late(counter: Counter) -> None:
    counter.server.answer = lambda _: Answer(b'[{"symbol": "BTC", "when": 1}]')
    assert len(counter.land("2026-03-01", "2026-03-02").unreadable) == 2
    counter.server.answer = good
    counter.at += timedelta(days=90)
    healed = counter.land("2026-03-01", "2026-03-02")
    assert (len(counter.asked()), healed.unreadable, counter.raw().height) == (2, [], 2)


def state(at: datetime, about: datetime, price: float) -> Answer:
    return Answer(orjson.dumps([{"symbol": "BTC", "at": about.isoformat(), "price": price}]))


def test_the_state_of_now_belongs_to_the_day_of_its_receipt(counter: Counter) -> None:
    counter.source = Feed(asks_for_now, parse)
    counter.server.answer = lambda _: state(counter.at, counter.at, 1.0)
    report = counter.land("2026-03-01", "2026-03-10", NOW)
    assert [partition.partition for partition in report.landed] == ["2026-03-10"]
    (kept,) = CaptureStore(counter.places.capture).read(NOW.source, NOW.name)
    assert (kept.covers_from, kept.covers_to) == (date(2026, 3, 10), date(2026, 3, 10))


def test_just_after_midnight_the_state_of_yesterday_does_not_take_the_place_of_yesterday(counter: Counter) -> None:
    counter.source = Feed(asks_for_now, parse)
    counter.at = datetime(2026, 3, 9, 12)
    counter.server.answer = lambda _: state(counter.at, datetime(2026, 3, 9, 12), 1.0)
    counter.land("2026-03-09", "2026-03-09", NOW)
    yesterday = counter.places.raw / NOW.source / NOW.name / "2026-03-09.parquet"
    before = yesterday.read_bytes()
    counter.at = datetime(2026, 3, 10, 0, 1)
    counter.server.answer = lambda _: state(counter.at, datetime(2026, 3, 9, 23, 59), 2.0)
    report = counter.land("2026-03-10", "2026-03-10", NOW)
    assert [partition.partition for partition in report.landed] == ["2026-03-10"]
    assert yesterday.read_bytes() == before
    assert counter.raw(NOW)["price"].to_list() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("last", "questions"), [("2026-03-08", 0), ("2026-03-09", 1), ("2026-03-10", 1), ("2026-03-12", 1)]
)
def test_the_state_of_now_is_only_asked_for_by_a_run_about_now(counter: Counter, last: str, questions: int) -> None:
    counter.source = Feed(asks_for_now, parse)
    counter.server.answer = lambda _: state(counter.at, counter.at, 1.0)
    report = counter.land("2026-03-01", last, NOW)
    assert len(counter.server.log) == report.captured == questions
    assert (report.failures, report.gone) == ([], [])


def test_the_state_of_now_is_asked_for_in_every_run(counter: Counter) -> None:
    counter.source = Feed(asks_for_now, parse)
    counter.server.answer = lambda _: state(counter.at, counter.at, 1.0)
    for _ in range(2):
        counter.at += timedelta(minutes=10)
        counter.land("2026-03-01", "2026-03-09", NOW)
    assert counter.raw(NOW).height == 2


def test_days_the_source_no_longer_gives_are_reported_and_not_asked_for(counter: Counter) -> None:
    short = replace(PRICES, history=timedelta(days=3))
    report = counter.land("2026-03-05", "2026-03-09", short)
    assert counter.asked() == ["2026-03-08", "2026-03-09"], "of the seventh only half is left"
    assert report.gone == [date(2026, 3, 5), date(2026, 3, 6), date(2026, 3, 7)]
    report = counter.land("2026-03-01", "2026-03-02", short)
    assert (counter.asked(), report.gone) == ([], [date(2026, 3, 1), date(2026, 3, 2)])


def test_several_questions_at_once_give_what_they_give_one_by_one(counter: Counter, tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        return Answer(b"no", 404) if question.value("day") == "2026-02-20" else good(question)

    def series_of_their_own(dataset: Dataset, window: Window) -> list[Request]:
        return [replace(request, series=None) for request in asks("BTC", "ETH")(dataset, window)]

    counter.source, counter.server.answer = Feed(series_of_their_own, parse), answer
    results = []
    for at_once in (1, 6):
        counter.places = Places(tmp_path / str(at_once))
        report = counter.land("2026-01-20", "2026-03-01", replace(PRICES, pace=Pace(at_once=at_once)))
        raw = {path.name: path.read_bytes() for path in counter.places.raw.rglob("*.parquet")}
        results.append((report, counter.captured(), raw))
    assert results[0] == results[1]
    report = results[0][0]
    assert (report.asked, len(report.failures), report.captured) == (82, 2, 80), "more than one batch"
