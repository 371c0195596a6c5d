"""Bitfinex: who was liquidated, the two stages of a position, pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from ingestion.contract import find
from ingestion.errors import UnreadableBody
from ingestion.sources import feed
from tests.ingestion.sources.landed import changed, drop, first_question, land, put, refuses, rows
from tests.ingestion.sources.twins_bitfinex import LIQUIDATIONS


def test_an_error_in_a_good_answers_place_is_told() -> None:
    assert "ratelimit" in refuses(LIQUIDATIONS, ["error", 11010, "ratelimit: error"])


def test_a_positive_amount_is_a_long_and_a_falling_market_closes_mostly_those() -> None:
    found = rows(LIQUIDATIONS)
    assert [row["liquidated_side"] for row in found] == ["long", "long", "short", "long"]
    assert found[1] == {
        "event_id": "190200301:1778509260095:1",
        "position_id": "190200301",
        "symbol": "tBTCF0:USTF0",
        "observed_at": datetime(2026, 5, 11, 14, 21, 0, 95000),
        "liquidated_side": "long",
        "stage": "executed",
        "taken_by": "market",
        "size_coins": 0.75,
        "entry_price": 82100.5,
        "price": 78955.0,
    }


def test_a_position_is_told_when_triggered_and_when_executed() -> None:
    stages = [(row["position_id"], row["stage"]) for row in rows(LIQUIDATIONS)]
    assert stages[:2] == [("190200301", "triggered"), ("190200301", "executed")]
    assert rows(LIQUIDATIONS)[3]["taken_by"] == "venue"


def test_an_unknown_stage_is_not_guessed() -> None:
    with pytest.raises(UnreadableBody, match="stage is missing"):
        land(LIQUIDATIONS, changed(LIQUIDATIONS, put(7, 1, 0, 8)))


@pytest.mark.parametrize("change", [drop(0, 0, 11), put("trade", 0, 0, 0), put({}, 0)], ids=["cell", "kind", "event"])
def test_another_shape_is_drift(change: Any) -> None:
    with pytest.raises(UnreadableBody):
        land(LIQUIDATIONS, changed(LIQUIDATIONS, change))


def test_pages_go_on_from_the_last_moment() -> None:
    dataset = find(LIQUIDATIONS.dataset)
    next_page = feed(dataset).next_page
    assert next_page
    assert next_page(dataset, first_question(LIQUIDATIONS), LIQUIDATIONS.capture()) is None

    def fill(body: Any) -> None:
        body *= 100

    following = next_page(dataset, first_question(LIQUIDATIONS), LIQUIDATIONS.capture(changed(LIQUIDATIONS, fill)))
    assert following
    assert "start=1778510640061&end=1778543999999&limit=500&sort=1" in following.url
