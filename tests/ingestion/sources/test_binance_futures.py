"""Binance's perpetuals by REST: funding to the hour, labels of open interest, and one reading of now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from ingestion.errors import BodyRejected, SourceBlocked, SourceUnavailable, UnreadableBody
from ingestion.http import LiveClient
from ingestion.settings import Settings
from ingestion.windows import Window
from tests.ingestion.sources.landed import land, questions
from tests.ingestion.sources.twin import PAYLOADS, Twin
from tests.ingestion.sources.twins_binance_futures import TWINS

CANDLES, PREMIUM, FUNDING, HISTORY, READING = TWINS
DAY = Window(date(2026, 9, 14), date(2026, 9, 14))
GOLDEN = [
    pytest.param(
        CANDLES,
        {
            "symbol": "BTCUSDT",
            "period_start_at": datetime(2026, 9, 14, 17),
            "period_end_at": datetime(2026, 9, 14, 18),
            "open_price": 52310.4,
            "high_price": 52480.0,
            "low_price": 52100.2,
            "close_price": 52222.2,
            "volume_coins": 3120.045,
            "volume_quote": 163240112.1045,
            "trades_count": 80411,
            "taker_buy_coins": 1490.101,
            "taker_buy_quote": 77961020.4021,
        },
        id="candle",
    ),
    pytest.param(
        PREMIUM,
        {
            "symbol": "BTCUSDT",
            "period_start_at": datetime(2026, 9, 14, 17),
            "period_end_at": datetime(2026, 9, 14, 18),
            "open_premium_ratio": -0.0002101,
            "high_premium_ratio": 0.000044,
            "low_premium_ratio": -0.000623,
            "close_premium_ratio": -0.0003307,
        },
        id="premium",
    ),
    pytest.param(
        FUNDING,
        {
            "symbol": "ETHUSDT",
            "funding_at": datetime(2026, 9, 14, 16),
            "funding_rate_ratio": -0.0000731,
            "mark_price": 1911.42,
        },
        id="funding",
    ),
    pytest.param(
        HISTORY,
        {
            "symbol": "BTCUSDT",
            "period_start_at": datetime(2026, 9, 14, 16),
            "period_end_at": datetime(2026, 9, 14, 16, 5),
            "source_label_at": datetime(2026, 9, 14, 16),
            "label_convention": "period_start",
            "open_interest_coins": 70420.11,
            "open_interest_quote": 3678112043.5,
        },
        id="open interest, history",
    ),
    pytest.param(
        READING,
        {
            "symbol": "BTCUSDT",
            "observed_at": datetime(2026, 9, 14, 16, 5, 0, 348_000),
            "open_interest_coins": 70412.25,
        },
        id="open interest now",
    ),
]


@pytest.mark.parametrize(("twin", "expected"), GOLDEN)
def test_a_row_has_the_contracts_units_and_types(twin: Twin, expected: dict[str, Any]) -> None:
    parsed = land(twin)
    assert parsed.bad.height == 0
    assert {name: parsed.good.row(0, named=True)[name] for name in expected} == expected


def test_an_empty_mark_price_is_absent_and_not_zero() -> None:
    assert land(FUNDING).good["mark_price"].to_list() == [1911.42, None]


def test_a_funding_stamp_belongs_to_the_hour_it_is_next_to() -> None:
    payments = orjson.loads(FUNDING.body)
    payments[1]["fundingTime"] -= 4
    assert land(FUNDING, orjson.dumps(payments)).good["funding_at"][1] == datetime(2026, 9, 15)
    payments[1]["fundingTime"] -= 600_000
    with pytest.raises(UnreadableBody, match="more than a minute off the hour"):
        land(FUNDING, orjson.dumps(payments))


def _reading_of(*labels: datetime) -> bytes:
    rows = [
        {
            "symbol": "BTCUSDT",
            "sumOpenInterest": f"{70_000 + number}",
            "sumOpenInterestValue": "3600000000",
            "timestamp": int((label - datetime(1970, 1, 1)) / timedelta(milliseconds=1)),
        }
        for number, label in enumerate(labels)
    ]
    return orjson.dumps(rows)


@pytest.mark.parametrize(
    ("day", "convention", "lasts"),
    [(date(2026, 7, 10), "period_end", 1), (date(2026, 7, 14), "period_start", 0)],
    ids=["labels are ends", "labels are starts"],
)
def test_a_day_of_open_interest_is_whole_whatever_its_labels_mean(day: date, convention: str, lasts: int) -> None:
    midnight = datetime(day.year, day.month, day.day)
    labels = [midnight + timedelta(minutes=5) * number for number in range(289)]
    twin = Twin(HISTORY.dataset, HISTORY.payload, HISTORY.url, day, day)
    parsed = land(twin, _reading_of(*labels))
    assert (parsed.good.height, parsed.bad.height) == (288, 0)
    assert parsed.good["label_convention"].unique().to_list() == [convention]
    assert parsed.good["period_start_at"].min() == midnight
    assert parsed.good["open_interest_coins"][0] == 70_000 + lasts


def test_the_page_of_another_day_is_refused() -> None:
    labels = [datetime(2026, 9, 13) + timedelta(minutes=5) * number for number in range(288)]
    with pytest.raises(UnreadableBody, match="outside the days asked for"):
        land(HISTORY, _reading_of(*labels))


@pytest.mark.parametrize(
    ("twin", "field"),
    [(FUNDING, "fundingRate"), (HISTORY, "sumOpenInterest"), (READING, "time")],
    ids=["funding", "history", "reading"],
)
def test_a_field_that_is_gone_is_named(twin: Twin, field: str) -> None:
    with pytest.raises(UnreadableBody, match=field):
        land(twin, twin.body.replace(field.encode() + b'"', b'renamed"'))


def test_no_rows_before_a_listing_are_no_error() -> None:
    assert land(CANDLES, b"[]").good.height == 0


@pytest.mark.parametrize("key", [twin.dataset for twin in TWINS])
def test_an_error_in_a_200_answer_is_no_answer(key: str) -> None:
    gate = questions(key, DAY)[0].gate
    assert gate
    with pytest.raises(BodyRejected, match="Invalid symbol"):
        gate({"code": -1121, "msg": "Invalid symbol."})


def test_a_reading_of_now_is_asked_for_without_days() -> None:
    asked = questions(READING.dataset, DAY)
    assert [(request.series, request.covers_from) for request in asked] == [("BTCUSDT", None), ("ETHUSDT", None)]


@pytest.mark.parametrize(("status", "error"), [(418, SourceBlocked), (451, SourceBlocked), (429, SourceUnavailable)])
def test_the_hosts_refusals_are_told_apart(status: int, error: type[Exception], tmp_path: Path) -> None:
    request = questions(READING.dataset, DAY)[0]
    with refusing(f"error_binance_{status}.json") as url:
        settings = Settings(data_dir=tmp_path, mirror=url, now=datetime(2026, 9, 14), retry_attempts=1)
        with LiveClient(settings) as client, pytest.raises(error, match=str(status)):
            client.fetch(request)


@contextmanager
def refusing(payload: str) -> Iterator[str]:
    """A host that answers everything with one refusal, headers included."""
    said = orjson.loads((PAYLOADS / payload).read_bytes())

    class Refusal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(said["_http_status"])
            for name, value in said["_headers"].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(orjson.dumps(said["body"]))

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Refusal)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
