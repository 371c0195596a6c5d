"""Liquidations among Deribit's trades: who was liquidated, pages, and that they are asked for only when named."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from ingestion.contract import find
from ingestion.errors import UnreadableBody
from ingestion.questions import epoch_ms, last_ms, parameters
from ingestion.sources import feed
from ingestion.windows import Window
from tests.ingestion.sources.landed import changed, first_question, land, put, questions, refuses, rows
from tests.ingestion.sources.twins_deribit_history import DAY, LIQUIDATIONS


@pytest.mark.parametrize(
    ("direction", "flag", "sides"),
    [
        ("sell", "T", ["long"]),
        ("buy", "T", ["short"]),
        ("sell", "M", ["short"]),
        ("buy", "M", ["long"]),
        ("sell", "MT", ["short", "long"]),
        ("buy", "MT", ["long", "short"]),
    ],
)
def test_the_liquidated_side_follows_from_the_takers_direction_and_the_flag(
    direction: str, flag: str, sides: list[str]
) -> None:
    def one(body: Any) -> None:
        trade = body["result"]["trades"][1] | {"direction": direction, "liquidation": flag}
        body["result"]["trades"] = [trade]

    assert [row["liquidated_side"] for row in rows(LIQUIDATIONS, changed(LIQUIDATIONS, one))] == sides


def test_only_liquidations_are_kept_and_a_falling_market_closes_mostly_longs() -> None:
    found = rows(LIQUIDATIONS)
    assert [row["event_id"] for row in found] == [
        "420012-T",
        "420013-M",
        "420014-M",
        "420015-M",
        "420015-T",
        "420016-T",
    ]
    assert sum(row["liquidated_side"] == "long" for row in found) == 4
    assert (found[0]["size_usd"], found[0]["size_coins"], found[0]["price"]) == (81230.0, None, 79001.0)
    assert (found[-1]["size_usd"], found[-1]["size_coins"], found[-1]["product"]) == (None, 0.5, "linear")


@pytest.mark.parametrize(("field", "value"), [("direction", "hold"), ("liquidation", "X")])
def test_an_unknown_code_is_not_guessed(field: str, value: str) -> None:
    with pytest.raises(UnreadableBody, match="liquidated_side is missing"):
        land(LIQUIDATIONS, changed(LIQUIDATIONS, put(value, "result", "trades", 1, field)))


def test_a_window_without_liquidations_is_normal() -> None:
    body = changed(LIQUIDATIONS, put([], "result", "trades"))
    assert land(LIQUIDATIONS, body).good.is_empty()


def test_pages_go_on_from_the_last_moment_until_there_is_no_more() -> None:
    dataset = find(LIQUIDATIONS.dataset)
    next_page = feed(dataset).next_page
    assert next_page
    asked = first_question(LIQUIDATIONS)
    following = next_page(dataset, asked, LIQUIDATIONS.capture())
    assert following
    assert "start_timestamp=1778509200095&end_timestamp=1778461199999" in following.url
    assert (following.covers_from, following.series) == (asked.covers_from, "BTC")
    last = LIQUIDATIONS.capture(changed(LIQUIDATIONS, put(False, "result", "has_more")))
    assert next_page(dataset, asked, last) is None

    def one_moment(body: Any) -> None:
        for trade in body["result"]["trades"]:
            trade["timestamp"] = 1778457600000

    # Time cannot lead beyond a moment with more trades than a page, and a step over it would lose them.
    with pytest.raises(UnreadableBody, match="only those of one millisecond"):
        next_page(dataset, asked, LIQUIDATIONS.capture(changed(LIQUIDATIONS, one_moment)))
    with pytest.raises(UnreadableBody, match="there are more trades"):
        next_page(dataset, asked, LIQUIDATIONS.capture(changed(LIQUIDATIONS, put([], "result", "trades"))))


def test_a_day_is_asked_for_by_the_hour_so_that_no_paging_is_too_long() -> None:
    asked = [r for r in questions(LIQUIDATIONS.dataset, Window(DAY, DAY)) if r.series == "BTC"]
    ends = [(int(p["start_timestamp"]), int(p["end_timestamp"])) for p in (parameters(r.url) for r in asked)]
    assert len(ends) == 24
    assert (ends[0][0], ends[-1][1]) == (epoch_ms(DAY), last_ms(DAY))
    assert all(later[0] == earlier[1] + 1 for earlier, later in pairwise(ends))
    assert {(r.covers_from, r.covers_to) for r in asked} == {(DAY, DAY)}


def test_an_error_of_the_protocol_is_told_by_the_gate() -> None:
    told = refuses(LIQUIDATIONS, {"jsonrpc": "2.0", "error": {"code": 1, "message": "too_many_requests"}})
    assert "too_many_requests" in told


def test_thousands_of_questions_are_asked_only_when_the_source_is_named() -> None:
    assert find(LIQUIDATIONS.dataset).access == "opt_in"
