"""CoinGlass: sums over venues, and funds that have not reported, which is not a flow of zero."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ingestion.errors import UnreadableBody
from ingestion.windows import Window
from tests.ingestion.sources.landed import changed, drop, first_question, land, put, questions, refuses, rows
from tests.ingestion.sources.twin import Twin
from tests.ingestion.sources.twins_coinglass import FLOWS, LIQUIDATIONS, OPEN_INTEREST, TWINS


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
def test_an_error_in_a_good_answers_place_is_told(twin: Twin) -> None:
    assert "401 API key missing." in refuses(twin, {"code": "401", "msg": "API key missing."})


def test_a_day_of_liquidations() -> None:
    assert rows(LIQUIDATIONS)[0] == {
        "symbol": "BTC",
        "period_start_at": datetime(2026, 5, 11),
        "period_end_at": datetime(2026, 5, 12),
        "long_liquidation_usd": 640200100.5,
        "short_liquidation_usd": 90300200.25,
    }
    assert land(LIQUIDATIONS, received_at=datetime(2026, 5, 12, 23)).running == 1


def test_open_interest_printed_as_text_is_a_number() -> None:
    assert rows(OPEN_INTEREST)[0]["close_open_interest_usd"] == 65000400500.0


def test_a_fund_that_has_not_reported_is_a_row_without_a_flow() -> None:
    flows = {(row["session_date"], row["ticker"]): row["flow_usd"] for row in rows(FLOWS)}
    assert flows[date(2026, 5, 11), "BTCW"] is None
    assert flows[date(2026, 1, 12), "FBTC"] == 0.0
    assert flows[date(2026, 5, 11), "TOTAL"] == -120300400.0
    assert len(flows) == 7


def test_a_session_ends_at_four_in_new_york_whatever_the_season() -> None:
    closes = {row["session_date"]: row["observed_at"] for row in rows(FLOWS)}
    assert closes == {
        date(2026, 1, 12): datetime(2026, 1, 12, 21),
        date(2026, 5, 11): datetime(2026, 5, 11, 20),
    }


@pytest.mark.parametrize(
    ("twin", "path"),
    [
        (LIQUIDATIONS, ("data", 0, "aggregated_long_liquidation_usd")),
        (OPEN_INTEREST, ("data", 0, "close")),
        (FLOWS, ("data", 0, "etf_flows")),
        (FLOWS, ("data", 0, "etf_flows", 0, "etf_ticker")),
    ],
)
def test_what_is_gone_is_drift(twin: Twin, path: tuple[str | int, ...]) -> None:
    with pytest.raises(UnreadableBody):
        land(twin, changed(twin, drop(*path)))


def test_rows_of_other_days_are_refused() -> None:
    with pytest.raises(UnreadableBody, match="outside the days asked for"):
        land(LIQUIDATIONS, changed(LIQUIDATIONS, put(1778371200000, "data", 0, "time")))


def test_flows_are_asked_for_whole_and_no_question_holds_a_key() -> None:
    asked = questions(FLOWS.dataset, Window(date(2026, 5, 11), date(2026, 5, 12)))
    assert [(request.series, request.covers_from) for request in asked] == [("BTC", None), ("ETH", None)]
    assert all("key" not in request.url.lower() for request in [*asked, first_question(LIQUIDATIONS)])
