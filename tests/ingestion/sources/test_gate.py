"""Gate: what was liquidated by hour and by order, and questions without an end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings

from ingestion.contract import find
from ingestion.errors import UnreadableBody
from ingestion.sources import feed
from ingestion.windows import Window
from tests.ingestion.sources.landed import (
    FEW_DAYS,
    changed,
    drop,
    first_question,
    land,
    longest_days,
    put,
    questions,
    refuses,
    rows,
)
from tests.ingestion.sources.twin import Twin
from tests.ingestion.sources.twins_gate import DAY, ORDERS, STATS, TWINS


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
def test_an_error_in_a_good_answers_place_is_told(twin: Twin) -> None:
    assert "INVALID" in refuses(twin, {"label": "INVALID_PARAM_VALUE", "message": "x"})


def test_an_hour_has_open_interest_and_both_sides_liquidated() -> None:
    first = rows(STATS)[0]
    assert (first["symbol"], first["period_start_at"]) == ("BTC_USDT", datetime(2026, 5, 11, 0))
    assert (first["open_interest_contracts"], first["open_interest_usd"]) == (500100200.0, 4000801600.0)
    assert (first["long_liquidation_usd"], first["short_liquidation_usd"]) == (920400.5, 11050.25)
    assert rows(STATS)[1]["short_liquidation_usd"] == 0
    assert land(STATS, received_at=datetime(2026, 5, 11, 1, 59)).running == 1


def test_hours_after_the_days_asked_for_are_left_out_and_hours_before_are_refused() -> None:
    assert len(rows(STATS, changed(STATS, put(1778544000, 1, "time")))) == 1
    with pytest.raises(UnreadableBody, match="outside the days asked for"):
        land(STATS, changed(STATS, put(1778454000, 1, "time")))


def test_stamps_in_milliseconds_are_refused() -> None:
    with pytest.raises(UnreadableBody, match="time is unreadable or in another unit"):
        land(STATS, changed(STATS, put(1778457600000, 0, "time")))


def test_a_falling_market_closes_mostly_longs() -> None:
    found = rows(ORDERS)
    assert [(row["liquidated_side"], row["size_contracts"]) for row in found] == [
        ("short", 310.0),
        ("long", 77.0),
        ("long", 1850.0),
    ]
    assert (found[0]["observed_at"], found[0]["price"]) == (datetime(2026, 5, 11, 14, 3), 79980.1)


def test_an_order_without_a_size_has_no_side() -> None:
    with pytest.raises(UnreadableBody, match="liquidated_side is missing"):
        land(ORDERS, changed(ORDERS, put(0, 0, "size")))


@pytest.mark.parametrize(
    ("twin", "path"), [(STATS, (0, "open_interest")), (ORDERS, (0, "fill_price"))], ids=["stats", "orders"]
)
def test_what_is_gone_is_drift(twin: Twin, path: tuple[str | int, ...]) -> None:
    with pytest.raises(UnreadableBody):
        land(twin, changed(twin, drop(*path)))


def test_a_full_page_of_orders_asks_for_the_older_rest_of_its_hour() -> None:
    dataset = find(ORDERS.dataset)
    next_page = feed(dataset).next_page
    assert next_page
    assert next_page(dataset, first_question(ORDERS), ORDERS.capture()) is None

    def fill(body: Any) -> None:
        body.extend([body[0] | {"time": 1778509000 + number} for number in range(997)])

    following = next_page(dataset, first_question(ORDERS), ORDERS.capture(changed(ORDERS, fill)))
    assert following
    assert "from=1778508000&to=1778508180" in following.url
    assert (following.covers_from, following.covers_to) == (DAY, DAY)


@given(window=FEW_DAYS)
@settings(max_examples=15)
def test_questions_stay_under_a_page(window: Window) -> None:
    assert longest_days(questions(STATS.dataset, window)) * 24 <= 100


def test_a_day_of_orders_is_24_questions_of_an_hour() -> None:
    asked = questions(ORDERS.dataset, Window(DAY, DAY))
    assert len(asked) == 24
    assert "from=1778457600&to=1778461199" in asked[0].url
    assert "from=1778540400&to=1778543999" in asked[-1].url
