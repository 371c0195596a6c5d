"""OKX: order and ends of its pages, what was paid, units of open interest, codes that are strings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from hypothesis import given, settings

from ingestion.contract import find
from ingestion.errors import UnreadableBody
from ingestion.http import LiveClient
from ingestion.ingest import ingest
from ingestion.places import Places
from ingestion.request import Request
from ingestion.settings import Settings
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
    reasons,
    refuses,
    rows,
)
from tests.ingestion.sources.twin import PAYLOADS, Twin
from tests.ingestion.sources.twins_okx import CANDLES, FILES, FUNDING, FUNDING_FILE, OPEN_INTEREST, TWINS
from tests.loopback.scripted import Answer, Question, Scripted


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


@pytest.mark.parametrize("twin", [twin for twin in TWINS if not twin.kind], ids=lambda twin: twin.payload)
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


LISTING_OF_MAY = next(
    request
    for request in questions("okx/funding_files", Window(date(2026, 5, 11), date(2026, 5, 11)))
    if (request.series, request.covers_from) == ("ETH-USDT", date(2026, 5, 1))
)


def follow(body: bytes | None = None) -> Request | None:
    """The question after a listing of May's file."""
    dataset = find("okx/funding_files")
    next_page = feed(dataset).next_page
    assert next_page
    return next_page(dataset, LISTING_OF_MAY, replace(FILES, dataset=dataset.key).capture(body))


def test_the_listing_of_a_month_leads_to_its_file_on_the_other_host() -> None:
    found = follow()
    assert found
    assert (found.url, found.kind, found.covers_from) == (FUNDING_FILE.url, "zip", None)
    dataset = find("okx/funding_files")
    next_page = feed(dataset).next_page
    assert next_page
    assert next_page(dataset, found, FUNDING_FILE.capture()) is None
    assert [feed(dataset).holds_rows(twin.capture()) for twin in (FUNDING_FILE, FILES)] == [True, False]
    assert follow(changed(FILES, put([], "data", 0, "details"))) is None, "a month that is not out yet"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "https://elsewhere.example/ETH-USDT-SWAP-fundingrates-2026-05.zip"),
        ("url", "http://static.okx.com/ETH-USDT-SWAP-fundingrates-2026-05.zip"),
        ("url", "https://static.okx.com/ETH-USDT-SWAP-fundingrates-2026-04.zip"),
        ("url", None),
        ("filename", "ETH-USDT-SWAP-fundingrates-2026-04.zip"),
    ],
)
def test_a_listing_leads_nowhere_else(field: str, value: str | None) -> None:
    with pytest.raises(UnreadableBody):
        follow(changed(FILES, put(value, "data", 0, "details", 0, "groupDetails", 0, field)))


def test_a_month_of_the_venue_begins_at_16_hours_of_the_day_before() -> None:
    found = rows(FUNDING_FILE)
    assert [row["funding_at"] for row in found] == [
        datetime(2026, 4, 30, 16),
        datetime(2026, 5, 1, 0),
        datetime(2026, 5, 1, 8),
        datetime(2026, 5, 31, 8),
    ]
    assert found[1] == {
        "symbol": "ETH-USDT-SWAP",
        "funding_at": datetime(2026, 5, 1, 0),
        "interval_hours": 8.0,
        "funding_rate_ratio": -0.0000125,
    }
    assert [row["interval_hours"] for row in found] == [None, 8.0, 8.0, None], "what came before is in another file"
    assert set(land(FUNDING_FILE).good["published_at"]) == {datetime(2026, 6, 3, 16)}
    early = datetime(2026, 6, 2)
    assert set(land(FUNDING_FILE, received_at=early).good["published_at"]) == {early}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b"1777564800000", b"1777536000000", "outside the month of its file"),
        (b"1780214400000", b"1780243200000", "outside the month of its file"),
        (b"1777564800000", b"1777564800", "time is unreadable or in another unit"),
        (b"ETH-USDT-SWAP,0.0001,", b"BTC-USDT-SWAP,0.0001,", "another contract than that of its file"),
    ],
)
def test_a_row_of_another_month_or_contract_is_refused(old: bytes, new: bytes, reason: str) -> None:
    assert old in FUNDING_FILE.content
    with pytest.raises(UnreadableBody, match=reason):
        land(FUNDING_FILE, FUNDING_FILE.wrap(FUNDING_FILE.content.replace(old, new)))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_beside_a_name_is_read_past(encoding: str) -> None:
    header, lines = FUNDING_FILE.content.decode().split("\n", 1)
    names = zip(header.split(","), ("合约", "资金费率", "时间"), strict=True)
    headed = ",".join(f"{name}/{title}" for name, title in names)
    assert rows(FUNDING_FILE, FUNDING_FILE.wrap(f"{headed}\n{lines}".encode(encoding))) == rows(FUNDING_FILE)


def test_funding_of_files_lands_in_the_utc_months_of_its_payments(tmp_path: Path) -> None:
    def answer(question: Question) -> Answer:
        if question.host == "static.okx.com":
            return Answer(FUNDING_FILE.body)
        is_may = question.value("begin") == "1777564800000" and question.value("instFamilyList") == "ETH-USDT"
        return Answer(FILES.body if is_may else changed(FILES, put([], "data", 0, "details")))

    dataset, places = find("okx/funding_files"), Places(tmp_path)
    with Scripted(answer) as server:
        settings = Settings(data_dir=tmp_path, mirror=server.url, now=datetime(2026, 6, 5))
        for _ in range(2):
            with LiveClient(settings) as client:
                report = ingest(dataset, Window(date(2026, 6, 3), date(2026, 6, 5)), client, places)
            assert (report.failures, report.unreadable) == ([], [])
    assert sorted(part.partition for part in report.partitions) == ["2026-04", "2026-05"]
    assert all(part.is_unchanged for part in report.partitions), "the same file once more is nothing new"
    assert report.rows == 4
