"""What holds for the questions of every dataset: inside one partition, about the days asked for, always the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings

from ingestion.contract import Dataset, find, load_contracts
from ingestion.request import Request
from ingestion.sources import feed, fred_api
from ingestion.sources.binance_vision_files import ASKED_SINCE
from ingestion.windows import Window, partition_of
from ingestion.windows import whole as whole_partition
from tests.ingestion.sources.landed import FEW_DAYS


def _months(days: Iterable[date]) -> list[date]:
    return sorted(
        {other for day in {day.replace(day=1) for day in days} for other in whole_partition(day, "month").days()}
    )


def _reaching_back(lag: timedelta) -> tuple[str, Callable[[Window], list[date]]]:
    return (
        "out after a weekend or more, when the days of a daily run no longer hold what it is about",
        lambda window: list(window.reaching_back(lag).days()),
    )


# Datasets whose questions are about other days than the window's, with the reason.
OTHER_DAYS: dict[str, tuple[str, Callable[[Window], list[date]]]] = {
    "binance_vision/um_funding": (
        "files of whole months; the month before is out when a daily run's window has left it",
        lambda window: _months([window.first.replace(day=1) - timedelta(days=1), *window.days()]),
    ),
    "okx/market_data_files": (
        "files are listed by whole months",
        lambda window: _months(window.days()),
    ),
    "okx/funding_files": (
        "listings of whole months; the month before is out when a daily run's window has left it",
        lambda window: _months([window.first.replace(day=1) - timedelta(days=1), *window.days()]),
    ),
    "tardis/options_chain_first_of_month": (
        "only the first day of a month is given without a key",
        lambda window: [day for day in window.days() if day.day == 1],
    ),
    **{
        key: _reaching_back(find(key).max_lag)
        for key in ("cftc/tff_weekly", "fred/series_daily", "fred/series_weekly", "fred_third_party/series_daily")
    },
    "fred_api/observations": _reaching_back(fred_api.RELEASED_WITHIN),
}
# Questions of one piece of the window for one series, where its rows are more than a page.
QUESTIONS_A_DAY = {"binance_spot/klines_1m": 2, "deribit_history/liquidation_trades": 24, "gate/liquidation_orders": 24}
DATASETS = load_contracts()
EVERY_DATASET = pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: dataset.key)


def identities(requests: list[Request]) -> list[tuple[str, str, bytes | None]]:
    """What captures of these questions will be known by."""
    return [(request.method, request.url, request.body) for request in requests]


@EVERY_DATASET
@settings(max_examples=8)
@given(window=FEW_DAYS)
@example(window=Window(date(2025, 12, 20), date(2027, 1, 5)))
def test_questions_cover_the_window_and_stay_inside_a_partition(dataset: Dataset, window: Window) -> None:
    requests = feed(dataset).requests(dataset, window)
    assert identities(requests) == identities(feed(dataset).requests(dataset, window))
    assert len(set(identities(requests))) == len(requests)
    assert {(request.source, request.dataset) for request in requests} <= {(dataset.source, dataset.name)}
    asked: dict[str | None, list[date]] = defaultdict(list)
    for request in requests:
        assert (request.covers_from is None) == (request.covers_to is None)
        if request.covers_from is None or request.covers_to is None:
            continue
        names = {partition_of(day, dataset.partition) for day in (request.covers_from, request.covers_to)}
        assert len(names) == 1
        asked[request.series] += Window(request.covers_from, request.covers_to).days()
    days = OTHER_DAYS[dataset.key][1] if dataset.key in OTHER_DAYS else lambda window: list(window.days())
    assert not asked or all(request.covers_from for request in requests)
    for series, found in asked.items():
        since = ASKED_SINCE.get(series or "", date.min) if dataset.source == "binance_vision" else date.min
        wanted = [day for day in days(window) if day >= since]
        assert sorted(found) == [day for day in wanted for _ in range(QUESTIONS_A_DAY.get(dataset.key, 1))]


@EVERY_DATASET
def test_a_question_without_days_is_about_now_or_about_everything(dataset: Dataset) -> None:
    day = date(2026, 5, 11)
    is_dated = any(request.covers_from for request in feed(dataset).requests(dataset, Window(day, day)))
    assert not (is_dated and dataset.is_snapshot)


def test_the_exceptions_are_datasets() -> None:
    assert {*OTHER_DAYS, *QUESTIONS_A_DAY} <= {dataset.key for dataset in DATASETS}
