"""Gaps of the last thirty days are found and asked for, and nothing that was never landed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from ingestion.contract import Dataset, find
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window, partition_of
from orchestration.repair import LOOK_BACK_DAYS, find_repair
from orchestration.run_scope import RANGE_END, RANGE_START

NOW = datetime(2026, 2, 20, 9, 31)
SPOT, FUTURES = find("binance_vision/spot_klines_1h"), find("binance_vision/um_klines_1h")


def days(first: str, last: str, *but: str) -> list[date]:
    left_out = {date.fromisoformat(day) for day in but}
    return [d for d in Window(date.fromisoformat(first), date.fromisoformat(last)).days() if d not in left_out]


def landed(places: Places, dataset: Dataset, on: Iterable[date], hours: int = 24) -> None:
    """Raw files with the hours of these days, as far as coverage reads them."""
    folder = places.raw / dataset.source / dataset.name
    folder.mkdir(parents=True, exist_ok=True)
    partitions: dict[str, list[datetime]] = {}
    for day in on:
        midnight = datetime(day.year, day.month, day.day)
        partitions.setdefault(partition_of(day, dataset.partition), []).extend(
            midnight + timedelta(hours=hour) for hour in range(hours)
        )
    for name, stamps in partitions.items():
        texts = {column: ["BTCUSDT"] * len(stamps) for column in dataset.grain if column != dataset.event_time}
        pl.DataFrame({dataset.event_time: stamps, **texts}).write_parquet(folder / f"{name}.parquet")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, sources="binance_vision", now=NOW)


def test_whole_days_need_no_repair(places: Places, settings: Settings) -> None:
    landed(places, SPOT, days("2026-01-01", "2026-02-19"))
    assert find_repair(NOW, places, settings) is None


def test_what_was_never_landed_is_not_missing(places: Places, settings: Settings) -> None:
    assert find_repair(NOW, places, settings) is None
    landed(places, SPOT, days("2026-02-17", "2026-02-19"))
    assert find_repair(NOW, places, settings) is None


def test_a_hole_is_found_and_its_days_alone(places: Places, settings: Settings) -> None:
    landed(places, SPOT, days("2026-01-01", "2026-02-19", "2026-02-10", "2026-02-11"))
    landed(places, FUTURES, days("2026-01-01", "2026-02-19"))
    found = find_repair(NOW, places, settings)
    assert found is not None
    assert found.datasets == (SPOT.key,)
    assert found.window == Window(date(2026, 2, 10), date(2026, 2, 11))


def test_a_day_with_half_its_hours_is_a_hole_too(places: Places, settings: Settings) -> None:
    landed(places, SPOT, days("2026-01-01", "2026-01-31"))
    landed(places, SPOT, days("2026-02-01", "2026-02-19"), hours=12)
    found = find_repair(NOW, places, settings)
    assert found is not None
    assert found.window == Window(date(2026, 2, 1), date(2026, 2, 19))


def test_an_outage_that_reaches_to_now_and_further_back_than_we_look(places: Places, settings: Settings) -> None:
    landed(places, SPOT, days("2025-11-01", "2025-12-31"))
    found = find_repair(NOW, places, settings)
    assert found is not None
    assert found.window == Window(NOW.date() - timedelta(days=LOOK_BACK_DAYS), date(2026, 2, 19))


def test_yesterday_is_no_hole_before_its_file_is_out(places: Places, settings: Settings) -> None:
    landed(places, SPOT, days("2026-01-01", "2026-02-18"))
    assert find_repair(datetime(2026, 2, 20, 0, 30), places, settings) is None
    assert find_repair(NOW, places, settings) is not None


def test_what_is_not_asked_is_not_repaired(places: Places, tmp_path: Path) -> None:
    landed(places, SPOT, days("2026-01-01", "2026-02-19", "2026-02-10"))
    assert find_repair(NOW, places, Settings(data_dir=tmp_path, sources="bybit", now=NOW)) is None


def test_the_sensor_asks_for_those_datasets_and_a_release(
    places: Places, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from orchestration.definitions import defs

    monkeypatch.setenv("UNWIND_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("UNWIND_SOURCES", "binance_vision")
    monkeypatch.setenv("UNWIND_NOW", NOW.isoformat())
    sensor = defs.resolve_sensor_def("repair")
    assert isinstance(sensor(), dg.SkipReason)
    landed(places, SPOT, days("2026-01-01", "2026-02-19", "2026-02-10"))
    request = sensor()
    assert isinstance(request, dg.RunRequest)
    assert (request.tags[RANGE_START], request.tags[RANGE_END]) == ("2026-02-10", "2026-02-10")
    raw = [key for key in request.asset_selection or [] if key.path[0] == "raw"]
    assert raw == [dg.AssetKey(["raw", "binance_vision", "spot_klines_1h"])]
    # The same gap is asked for once a day.
    again = sensor()
    assert isinstance(again, dg.RunRequest)
    assert again.run_key == request.run_key
    # What is asked for can be run: every key is one of the job's.
    job = defs.resolve_job_def("release")
    assert set(request.asset_selection or []) <= set(job.asset_layer.executable_asset_keys)
