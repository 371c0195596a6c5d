"""OKX: order and ends of its pages, what was paid, units of open interest, codes that are strings."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from hypothesis import given, settings

from ingestion.errors import UnreadableBody
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
    reasons,
    refuses,
    rows,
)
from tests.ingestion.sources.twin import PAYLOADS, Twin
from tests.ingestion.sources.twins_okx import CANDLES, FILES, FUNDING, OPEN_INTEREST, TWINS


def test_a_candle_has_its_hour_and_its_units() -> None:
    assert rows(CANDLES)[0] == {
        "symbol": "ETH-USDT-SWAP",
        "period_start_at": datetime(2026, 5, 11, 0),
        "period_end_at": datetime(2026, 5, 11, 1),
        "open_price": 2987.1,
        "high_price": 3003.6,
        "low_price": 2984.6,
        "close_price": 3000.7,
        "volume_coins": 4490.5,
        "volume_quote": 13450021.9,
        "volume_contracts": 44905.0,
    }


def test_a_candle_is_landed_once_the_venue_confirms_it() -> None:
    assert [row["period_start_at"].hour for row in rows(CANDLES)] == [0, 1]
    confirmed = changed(CANDLES, put("1", "data", 0, 8))
    assert len(rows(CANDLES, confirmed)) == 3
    assert land(CANDLES, confirmed, datetime(2026, 5, 11, 2, 59)).running == 1


def test_another_word_of_confirmation_is_refused() -> None:
    with pytest.raises(UnreadableBody, match="confirm is neither 0 nor 1"):
        land(CANDLES, changed(CANDLES, put("2", "data", 1, 8)))


def test_what_was_paid_is_told_apart_from_what_was_announced() -> None:
    assert rows(FUNDING)[0] == {
        "symbol": "ETH-USDT-SWAP",
        "funding_at": datetime(2026, 5, 11, 0),
        "interval_hours": 8.0,
        "funding_rate_ratio": -0.0000125,
        "announced_rate_ratio": -0.000012,
    }


def test_open_interest_has_its_product_from_its_name() -> None:
    assert rows(OPEN_INTEREST)[0] == {
        "symbol": "BTC-USD-SWAP",
        "product": "inverse",
        "observed_at": datetime(2026, 5, 11, 0),
        "open_interest_contracts": 1298011.0,
        "open_interest_coins": 12980.11,
        "open_interest_usd": 1029322723.0,
    }


def test_a_file_belongs_to_the_month_of_the_venues_calendar() -> None:
    (file,) = rows(FILES)
    assert file["first_day_at"] == datetime(2026, 5, 1)
    assert file["file_url"].endswith("/202605/ETH-USDT-SWAP-fundingrates-2026-05.zip")
    assert (file["family"], file["size_mb"]) == ("ETH-USDT", 0.02)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.payload)
def test_a_code_other_than_the_text_0_is_an_error(twin: Twin) -> None:
    error = orjson.loads((PAYLOADS / "error_okx_50011.json").read_bytes())["body"]
    assert "50011 Too Many Requests" in refuses(twin, error)
    assert refuses(twin, {"code": 0, "msg": "", "data": []})


@pytest.mark.parametrize(
    ("twin", "path"),
    [(CANDLES, ("data", 0, 8)), (FUNDING, ("data", 1, "realizedRate")), (FILES, ("data", 0, "details"))],
    ids=["candle", "funding", "file"],
)
def test_what_is_gone_is_drift(twin: Twin, path: tuple[str | int, ...]) -> None:
    with pytest.raises(UnreadableBody):
        land(twin, changed(twin, drop(*path)))


def test_rows_of_other_days_are_refused() -> None:
    with pytest.raises(UnreadableBody, match="outside the days asked for"):
        land(OPEN_INTEREST, changed(OPEN_INTEREST, put("1778371200000", "data", 0, 0)))
    assert reasons(land(OPEN_INTEREST)) == set()


@pytest.mark.parametrize(
    ("key", "context", "page"), [("okx/candles_1h", 0, 100), ("okx/funding", 1, 400), ("okx/open_interest_1h", 0, 100)]
)
@given(window=FEW_DAYS)
@settings(max_examples=15)
def test_questions_stay_under_a_page(key: str, context: int, page: int, window: Window) -> None:
    assert (longest_days(questions(key, window)) + context) * 24 <= page


def test_after_is_the_end_and_before_the_start_both_left_out() -> None:
    params = parse_qs(urlsplit(first_question(CANDLES).url).query)
    assert (params["after"], params["before"]) == (["1778544000000"], ["1778457599999"])


def test_files_are_asked_for_by_whole_months() -> None:
    asked = questions("okx/market_data_files", Window(date(2026, 1, 31), date(2026, 3, 1)))
    assert [(r.covers_from, r.covers_to) for r in asked] == [
        (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 3, 1), date(2026, 3, 31)),
    ]
