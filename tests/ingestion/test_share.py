"""A folder of captures is asked only about what it is about: the rest is neither missing nor unanswered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from ingestion.capture import CaptureStore
from ingestion.cases.answers import capture, questions
from ingestion.cases.case import Case, load_case
from ingestion.contract import find
from ingestion.errors import SourceUnavailable
from ingestion.ingest import IngestReport, ingest
from ingestion.places import Places
from ingestion.replay import ReplayClient
from ingestion.share import Share
from ingestion.windows import Window

KEY = "bitstamp/ohlc_1h"
FEBRUARY = Window(date(2026, 2, 1), date(2026, 2, 28))
CASE = Case("toy", "two days of one pair", FEBRUARY, datetime(2026, 3, 9), ())
TWO_DAYS = Share(Window(date(2026, 2, 5), date(2026, 2, 6)), frozenset({"btcusd"}))


def _landed(folder: Path, shares: dict[str, Share]) -> IngestReport:
    """Bitcoin's hours of 5 and 6 February, stored, and replayed for all of the month."""
    part = replace(CASE, shares={KEY: TWO_DAYS})
    store = CaptureStore(folder / "source")
    for request in questions(part, KEY):
        first = 1_770_249_600
        rows = [
            f'{{"timestamp": "{first + 3600 * n}", "open": "1", "high": "1", "low": "1", "close": "1", "volume": "1"}}'
            for n in range(48)
        ]
        body = f'{{"data": {{"pair": "BTC/USD", "ohlc": [{", ".join(rows)}]}}}}'
        store.append([capture(request, body.encode(), datetime(2026, 3, 1))])
    return ingest(find(KEY), FEBRUARY, ReplayClient(store, CASE.now, shares), Places(folder / "data"))


def test_days_and_series_beyond_the_share_are_not_missing(tmp_path: Path) -> None:
    report = _landed(tmp_path, {KEY: TWO_DAYS})
    assert (report.rows, report.failures, report.missing_days, report.partial_days) == (48, [], [], {})


def test_without_a_share_what_is_not_there_is_told(tmp_path: Path) -> None:
    report = _landed(tmp_path, {})
    assert report.rows == 0
    assert len(report.failures) == 2
    assert len(report.missing_days) == 28


def test_a_series_of_the_share_without_an_answer_is_a_failure(tmp_path: Path) -> None:
    client = ReplayClient(CaptureStore(tmp_path), CASE.now, {KEY: TWO_DAYS})
    bitcoin, ether = questions(CASE, KEY)
    assert client.fetch(ether) == []
    with pytest.raises(SourceUnavailable):
        client.fetch(bitcoin)


def test_a_run_outside_the_share_asks_for_nothing(tmp_path: Path) -> None:
    client = ReplayClient(CaptureStore(tmp_path), CASE.now, {KEY: TWO_DAYS})
    assert client.days_of(find(KEY), Window(date(2026, 2, 6), date(2026, 2, 9))) == Window(*[date(2026, 2, 6)] * 2)
    assert client.days_of(find(KEY), Window(date(2026, 2, 7), date(2026, 2, 9))) is None


def test_days_of_every_dataset_are_those_that_all_have() -> None:
    more = Share(Window(date(2026, 2, 6), date(2026, 2, 20)))
    case = replace(CASE, shares={"a/a": TWO_DAYS, "b/b": more, "c/c": Share(series=frozenset("x"))})
    assert case.of_every_dataset(FEBRUARY) == Window(date(2026, 2, 6), date(2026, 2, 6))
    apart = replace(case, shares={"a/a": TWO_DAYS, "b/b": Share(Window(date(2026, 2, 9), date(2026, 2, 9)))})
    assert apart.of_every_dataset(FEBRUARY) == FEBRUARY


def test_the_bundled_case_has_some_days_of_every_dataset() -> None:
    case = load_case("feb_2026")
    common = case.of_every_dataset(case.window)
    assert common == Window(date(2026, 1, 30), date(2026, 2, 6))
