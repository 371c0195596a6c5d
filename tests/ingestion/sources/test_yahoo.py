"""Yahoo's charts: padding, live prices among the bars, sessions by New York's clock, errors in 200 answers."""

from __future__ import annotations

from datetime import date, datetime

import orjson
import pytest

from ingestion.body_gate import check_body
from ingestion.errors import BodyRejected
from ingestion.sources.yahoo import SESSIONS
from ingestion.windows import Window
from tests.ingestion.sources.landed import is_refused, land, questions
from tests.ingestion.sources.twin import PAYLOADS, Twin
from tests.ingestion.sources.twins_yahoo import DAILY, HOURLY, TWINS


def test_a_session_is_one_bar_however_often_it_is_listed() -> None:
    parsed = land(DAILY)
    assert parsed.bad.is_empty()
    assert parsed.good.select("symbol", "session_date", "period_start_at", "period_end_at", "close_price").rows() == [
        ("GC=F", date(2024, 3, 6), datetime(2024, 3, 6, 5), datetime(2024, 3, 6, 22), 203.0),
        ("GC=F", date(2024, 3, 8), datetime(2024, 3, 8, 5), datetime(2024, 3, 8, 22), 205.0),
    ]
    assert parsed.good.row(0, named=True)["volume_count"] == 11
    assert parsed.good["exchange_timezone"].unique().to_list() == ["America/New_York"]


def test_the_running_session_is_not_landed() -> None:
    parsed = land(DAILY, received_at=datetime(2024, 3, 8, 21, 0, 51))
    assert (parsed.good.height, parsed.running) == (1, 1)


def test_hours_start_at_the_opening_and_end_with_the_session() -> None:
    good = land(HOURLY).good
    assert good.select("period_start_at", "period_end_at", "close_price", "volume_count").rows() == [
        (datetime(2024, 3, 7, 14, 30), datetime(2024, 3, 7, 15, 30), 1002.0, 0),
        (datetime(2024, 3, 7, 15, 30), datetime(2024, 3, 7, 16, 30), 1006.0, 12),
        (datetime(2024, 3, 7, 20, 30), datetime(2024, 3, 7, 21), 1005.5, 34),
    ]
    assert land(HOURLY, received_at=datetime(2024, 3, 7, 16)).good.height == 1


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.dataset)
def test_the_order_of_bars_does_not_matter(twin: Twin) -> None:
    chart = orjson.loads(twin.body)
    result = chart["chart"]["result"][0]
    for holder, name in [
        (result, "timestamp"),
        *((result["indicators"]["quote"][0], n) for n in ("open", "high", "low", "close", "volume")),
    ]:
        holder[name].reverse()
    turned = land(twin, orjson.dumps(chart)).good.drop("_capture_id")
    assert turned.sort("period_start_at").equals(land(twin).good.drop("_capture_id"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b'"close"', b'"last"', id="list renamed"),
        pytest.param(b"[1002.0, 1006.0, null,", b"[1002.0, null,", id="list too short"),
        pytest.param(b'"timestamp"', b'"times"', id="stamps renamed"),
        pytest.param(b'"^DJI"', b'"^FTSE"', id="another symbol"),
        pytest.param(b"1709825400", b"1709825400000", id="another unit"),
        pytest.param(b"1709825400", b"1712503800", id="another month"),
        pytest.param(b"998.0", b"1998.0", id="low above high"),
    ],
)
def test_drift_is_refused(old: bytes, new: bytes) -> None:
    assert is_refused(HOURLY, old, new)


def test_an_error_in_a_200_answer_is_refused() -> None:
    request = questions(HOURLY.dataset, Window(date(2024, 3, 1), date(2024, 3, 8)))[0]
    with pytest.raises(BodyRejected, match="may be delisted"):
        check_body(request, (PAYLOADS / "yahoo_chart_error.json").read_bytes())


def test_a_time_without_bars_is_empty_and_not_an_error() -> None:
    empty = b'{"chart": {"result": [{"meta": {"symbol": "^DJI"}, "indicators": {"quote": [{}]}}], "error": null}}'
    assert land(HOURLY, empty).good.is_empty()


def test_symbols_are_encoded_and_asked_by_whole_partition() -> None:
    for twin, symbol in ((DAILY, "GC=F"), (HOURLY, "^DJI")):
        requests = questions(twin.dataset, Window(date(2024, 3, 1), date(2024, 3, 8)))
        assert {request.series: request.url for request in requests}[symbol] == twin.url
        assert {request.series for request in requests} == set(SESSIONS)
