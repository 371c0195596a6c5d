"""Coinalyze: seconds, the empty list that is an error, twenty symbols a question."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings

from ingestion.contract import find
from ingestion.errors import UnreadableBody
from ingestion.windows import Window
from tests.ingestion.sources.landed import FEW_DAYS, changed, drop, first_question, land, put, questions, refuses, rows
from tests.ingestion.sources.twin import Twin
from tests.ingestion.sources.twins_coinalyze import LIQUIDATIONS, OPEN_INTEREST, TWINS


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
def test_an_empty_list_is_an_error_and_not_a_quiet_day(twin: Twin) -> None:
    assert "not one symbol" in refuses(twin, [])
    assert "Invalid/Missing API key" in refuses(twin, {"message": "Invalid/Missing API key"})


def test_a_day_has_longs_and_shorts_in_dollars() -> None:
    assert rows(LIQUIDATIONS)[0] == {
        "symbol": "BTCUSDT_PERP.A",
        "period_start_at": datetime(2026, 5, 11),
        "period_end_at": datetime(2026, 5, 12),
        "long_liquidation_usd": 92200100.5,
        "short_liquidation_usd": 14030200.0,
    }
    assert [row["symbol"] for row in rows(LIQUIDATIONS)] == ["BTCUSDT_PERP.A", "BTCUSDT_PERP.A", "ETHUSD.6"]


def test_the_day_that_is_running_is_not_landed() -> None:
    assert land(LIQUIDATIONS, received_at=datetime(2026, 5, 12, 23)).running == 1


def test_open_interest_has_the_four_values_of_its_day() -> None:
    row = rows(OPEN_INTEREST)[0]
    assert [row[f"{name}_open_interest_usd"] for name in ("open", "high", "low", "close")] == [
        7000100200.0,
        7120300400.5,
        6300200100.0,
        6410500600.0,
    ]


def test_stamps_in_milliseconds_are_refused() -> None:
    with pytest.raises(UnreadableBody, match="time is unreadable or in another unit"):
        land(OPEN_INTEREST, changed(OPEN_INTEREST, put(1778457600000, 0, "history", 0, "t")))


@pytest.mark.parametrize("path", [(0, "history"), (0, "history", 0, "l"), (0, "symbol")], ids=str)
def test_what_is_gone_is_drift(path: tuple[str | int, ...]) -> None:
    with pytest.raises(UnreadableBody):
        land(LIQUIDATIONS, changed(LIQUIDATIONS, drop(*path)))


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
@given(window=FEW_DAYS)
@settings(max_examples=15)
def test_questions_count_their_symbols(twin: Twin, window: Window) -> None:
    for request in questions(twin.dataset, window):
        symbols = parse_qs(urlsplit(request.url).query)["symbols"][0].split(",")
        assert len(symbols) == len(set(symbols)) == request.weight <= 20


def test_stamps_are_seconds_and_the_key_is_nowhere() -> None:
    request = first_question(LIQUIDATIONS)
    assert "from=1778457600&to=1778630399" in request.url
    assert "key" not in request.url
    dataset = find(LIQUIDATIONS.dataset)
    assert (dataset.access, dataset.key_env, dataset.key_header) == ("key", "UNWIND_COINALYZE_KEY", "api_key")
    assert request.covers_from == date(2026, 5, 11)
