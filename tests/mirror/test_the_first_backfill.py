"""Sixty days of everything that needs no key, from nothing, at the pace the contracts allow; then the next day.

What the archive lacks fails at once or is given up soon. The child mostly waits for its turn, so it runs beside the
eight days of test_stepped_clock.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ingestion.contract import find
from tests.mirror.backfill import DAYS, NEXT, UnderWay, begin, end

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror clock")]


@pytest.fixture(scope="module")
def backfill(backfill_under_way: UnderWay) -> dict[str, Any]:
    return end(backfill_under_way.child)


def test_sixty_days_of_everything_take_less_than_three_minutes(backfill: dict[str, Any]) -> None:
    assert backfill["wall_seconds"] < 180
    assert backfill["cpu_seconds"] < 60


def test_it_needs_less_than_a_gigabyte(backfill: dict[str, Any]) -> None:
    assert backfill["peak_bytes"] < 1024**3


@pytest.mark.parametrize(
    "key",
    [
        "binance_vision/spot_klines_1h",
        "binance_vision/um_klines_1h",
        "binance_vision/um_metrics_5m",
        "binance_spot/klines_1h",
        "binance_futures/klines_1h",
        "binance_futures/funding_rate",
    ],
)
def test_every_day_of_the_coin_that_the_archive_has_is_there(backfill: dict[str, Any], key: str) -> None:
    assert backfill["asked"][key]["rows"] == DAYS * (find(key).expected_per_day or 0)


def test_every_keyless_dataset_was_asked_and_a_silent_one_says_why(backfill: dict[str, Any]) -> None:
    asked = backfill["asked"]
    assert len(asked) > 60
    for key, told in asked.items():
        dataset = find(key)
        assert dataset.access == "keyless"
        is_of_now = dataset.is_snapshot or dataset.history is not None
        assert told["rows"] or told["failures"] or told["notices"] or is_of_now, key


def test_the_next_day_takes_little(backfill: dict[str, Any], backfill_under_way: UnderWay) -> None:
    # One try a question: hosts that the archive does not know at all would be waited for, at their pace.
    later = datetime(2026, 7, 21, 9, 30)
    child = begin(
        backfill_under_way.mirror, backfill_under_way.data_dir, "2026-07-18", NEXT, later, UNWIND_RETRY_ATTEMPTS="1"
    )
    told = end(child)
    assert told["cpu_seconds"] < 20
    assert told["asked"]["binance_vision/um_metrics_5m"]["rows"] == (DAYS + 1) * 288
