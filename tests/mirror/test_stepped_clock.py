"""Eight days as a live system would have gone through them, hour by hour, asked afterwards about moments in between.

What was fetched hourly answers, as of an hour, exactly as a clean run does whose clock stops there; what is fetched
once a day answers as a clean run at that day's fetch. Nothing is visible as of a moment that was not public then.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import process_time

import polars as pl
import pytest

from ingestion.capture import CaptureStore
from ingestion.contract import Dataset, find
from ingestion.ingest import IngestReport
from ingestion.places import Places
from ingestion.reparse import project
from ingestion.sources import feed
from ingestion.windows import Window
from orchestration.run_scope import daily_window, hourly_window
from tests.mirror.backfill import UnderWay
from tests.mirror.bundle import HOUR, JUNE, digests, land, newest
from tests.mirror.landing import not_among, read_raw
from tests.mirror.server import Mirror

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror clock")]
FIRST = datetime(2026, 6, 1, 0, 25)
STEPS = 8 * 24
DAY = timedelta(days=1)
HOURLY = tuple(
    map(
        find,
        (
            "binance_spot/klines_1h",
            "binance_futures/klines_1h",
            "binance_futures/funding_rate",
            "binance_futures/open_interest",
            "binance_futures/open_interest_history_5m",
            "mempool_space/difficulty_adjustments",
            "sosovalue/etf_flow_totals",
        ),
    )
)
DAILY = tuple(dataset for dataset in JUNE if dataset not in HOURLY)
DAILY_AT = 9
# By rows, by objects, by files.
GROWN = ("binance_spot/klines_1h", "binance_futures/open_interest_history_5m", "binance_vision/um_metrics_5m")
# What came out on Monday evening is fetched on the morning after the eighth day.
LAST = datetime(2026, 6, 9, DAILY_AT, 25)
# At the daily fetch and between two; before and after flows come out (12:00), and around midnight.
MOMENTS = (
    datetime(2026, 6, 2, 10, 25),
    datetime(2026, 6, 3, 9, 25),
    datetime(2026, 6, 4, 11, 25),
    datetime(2026, 6, 5, 0, 25),
    datetime(2026, 6, 6, 12, 25),
    datetime(2026, 6, 7, 9, 25),
    datetime(2026, 6, 8, 21, 25),
    datetime(2026, 6, 8, 23, 25),
    LAST,
)


@dataclass(frozen=True)
class Lived:
    """A data folder that saw every hour."""

    places: Places
    cpu_seconds: list[float]


@pytest.fixture(scope="module")
def quick() -> Iterator[Mirror]:
    with Mirror("--no-limits") as running:
        yield running


@pytest.fixture(scope="module")
def lived(quick: Mirror, tmp_path_factory: pytest.TempPathFactory, backfill_under_way: UnderWay) -> Lived:
    """The backfill of another test waits for its turns meanwhile."""
    places, cpu_seconds = Places(tmp_path_factory.mktemp("lived") / "data"), []
    for now in [*(FIRST + step * HOUR for step in range(STEPS)), LAST]:
        began = process_time()
        land(quick, places, HOURLY, since_first(hourly_window(now.date())), now)
        cpu_seconds.append(process_time() - began)
        if now.hour == DAILY_AT and now.date() > FIRST.date():
            land(quick, places, DAILY, since_first(daily_window(now.date())), now)
    return Lived(places, cpu_seconds)


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def moment(
    request: pytest.FixtureRequest, quick: Mirror, tmp_path_factory: pytest.TempPathFactory
) -> tuple[datetime, Places, Places]:
    """A moment; a clean run whose clock stops there; and one that stops at the daily fetch before it."""
    at: datetime = request.param
    stopped = Places(tmp_path_factory.mktemp("stopped") / "data")
    land(quick, stopped, HOURLY, Window(FIRST.date(), at.date()), at)
    land(quick, stopped, DAILY, Window(FIRST.date(), at.date() - DAY), at)
    daily = at.replace(hour=DAILY_AT) - (timedelta(0) if at.hour >= DAILY_AT else DAY)
    if daily == at:
        return at, stopped, stopped
    fetched = Places(tmp_path_factory.mktemp("fetched") / "data")
    land(quick, fetched, DAILY, Window(FIRST.date(), daily.date() - DAY), daily)
    return at, stopped, fetched


def since_first(window: Window) -> Window:
    """A schedule's window, without the days before the eight: the archive lacks a file of April."""
    return Window(max(window.first, FIRST.date()), window.last)


def lasting(datasets: tuple[Dataset, ...]) -> tuple[Dataset, ...]:
    return tuple(dataset for dataset in datasets if not dataset.is_snapshot)


def test_what_is_fetched_hourly_answers_as_a_run_whose_clock_stops_there(
    lived: Lived, moment: tuple[datetime, Places, Places]
) -> None:
    at, stopped, _ = moment
    datasets = lasting(HOURLY)
    assert digests(newest(lived.places, datasets, at)) == digests(newest(stopped, datasets))


def test_what_is_fetched_daily_answers_as_a_run_at_the_last_fetch(
    lived: Lived, moment: tuple[datetime, Places, Places]
) -> None:
    at, _, fetched = moment
    assert digests(newest(lived.places, DAILY, at)) == digests(newest(fetched, DAILY))


def test_nothing_is_visible_that_was_not_public(lived: Lived, moment: tuple[datetime, Places, Places]) -> None:
    at, stopped, _ = moment
    ours, public = newest(lived.places, JUNE, at), newest(stopped, JUNE)
    for dataset in lasting(JUNE):
        facts = list(dataset.grain)
        unknown = not_among(ours[dataset.key].select(facts), public[dataset.key].select(facts))
        assert unknown.is_empty(), dataset.key
    for dataset in JUNE:
        rows = read_raw(stopped.raw, dataset)
        assert rows.is_empty() or rows["known_at"].max() <= at, dataset.key  # type: ignore[operator]


def test_a_reading_of_every_hour_was_kept(lived: Lived) -> None:
    """Open interest now: nobody gives it back later, and the clean run at the end has only its own."""
    readings = read_raw(lived.places.raw, find("binance_futures/open_interest"))
    assert readings.height == STEPS + 1
    assert not readings["is_known_at_estimated"].any()
    assert (readings["known_at"] == readings["_fetched_at"]).all()


def test_a_live_row_is_known_at_its_fetch(lived: Lived) -> None:
    candles = read_raw(lived.places.raw, find("binance_spot/klines_1h"))
    live = candles.filter(pl.col("period_end_at") < FIRST + STEPS * HOUR - HOUR)
    assert (live["known_at"] - live["period_end_at"]).unique().to_list() == [timedelta(minutes=25)]
    assert not live["is_known_at_estimated"].any()
    assert candles["period_start_at"].min() == datetime.combine(date(2026, 6, 1), datetime.min.time())


def test_a_partition_grown_hour_by_hour_is_the_one_made_at_once(lived: Lived) -> None:
    """Raw is a function of the captures: made from all of them anew it has the same bytes."""
    for key in GROWN:
        dataset = find(key)
        folder = lived.places.raw / dataset.source / dataset.name
        before = {path.name: path.read_bytes() for path in folder.glob("*.parquet")}
        project(
            dataset, feed(dataset), CaptureStore(lived.places.capture), lived.places, IngestReport(dataset.key), True
        )
        assert {path.name: path.read_bytes() for path in folder.glob("*.parquet")} == before, dataset.key


def test_values_that_come_out_after_a_weekend_are_found(lived: Lived) -> None:
    """Friday's yields on Monday evening, Tuesday's positions on Friday evening."""
    yields = read_raw(lived.places.raw, find("fred/series_daily"))
    assert date(2026, 6, 5) in yields.filter(pl.col("series") == "DGS10")["observed_date"]
    assert date(2026, 6, 2) in read_raw(lived.places.raw, find("cftc/tff_weekly"))["report_date"]


def test_an_hour_of_the_eighth_day_costs_little_more_than_one_of_the_third(lived: Lived) -> None:
    """Not eight times as much as one of the first, as where a partition is made anew from all of its captures."""
    third, eighth = lived.cpu_seconds[48:72], lived.cpu_seconds[168:192]
    assert sum(eighth) / 24 < 1.0
    assert sum(eighth) < 2 * sum(third)
