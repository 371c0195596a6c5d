"""The exchange itself: honest by default, wrong exactly as told, and never ahead of its clock."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from ingestion.cases.wire import INFLOW_QUESTION, INFLOW_URL, RETARGETS_URL, metrics_url, spot_url
from tests.loopback import market
from tests.loopback.exchange import Exchange
from tests.loopback.fixtures import exchange as exchange

DAY = date(2026, 3, 4)
SPOT, METRICS = spot_url("BTCUSDT", DAY), metrics_url("BTCUSDT", DAY)


def get(exchange: Exchange, url: str) -> httpx.Response:
    return httpx.get(url.replace("https:/", exchange.url), timeout=5)


def post(exchange: Exchange, body: bytes = INFLOW_QUESTION) -> httpx.Response:
    return httpx.post(INFLOW_URL.replace("https:/", exchange.url), content=body, timeout=5)


def lines(body: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(archive.namelist()[0]).decode().splitlines()


def cells(body: bytes) -> list[list[str]]:
    return [line.split(",") for line in lines(body)]


def test_files_fit_their_checksums_and_come_the_next_morning(exchange: Exchange) -> None:
    body = get(exchange, SPOT).content
    assert len(lines(body)) == 24
    assert get(exchange, f"{SPOT}.CHECKSUM").text.split() == [
        hashlib.sha256(body).hexdigest(),
        SPOT.rpartition("/")[2],
    ]
    exchange.now = "2026-03-05T07:59:59"
    assert get(exchange, SPOT).status_code == 404
    assert [seen.status for seen in exchange.asked("*1h-2026-03-04.zip")] == [200, 404]
    assert exchange.log[0].host == "data.binance.vision"


def test_units_of_time_follow_the_year(exchange: Exchange) -> None:
    stamps = [cells(get(exchange, spot_url("BTCUSDT", date(y, 1, 1))).content)[0][0] for y in (2024, 2025)]
    assert [len(stamp) for stamp in stamps] == [13, 16]


def test_both_label_conventions_and_the_stamp_they_share(exchange: Exchange) -> None:
    exchange.hosts.label_switch = DAY
    before = metrics_url("BTCUSDT", date(2026, 3, 3))
    end, start = cells(get(exchange, before).content), cells(get(exchange, METRICS).content)
    assert len(end) == len(start) == 289
    assert end[1][0].startswith("2026-03-03 00:05")
    assert end[-1][0][:16] == start[1][0][:16] == "2026-03-04 00:00"
    assert end[-1][2] != start[1][2]
    assert any(not row[0].endswith("00") for row in start)


def test_flows_come_newest_first_the_day_after(exchange: Exchange) -> None:
    exchange.now = "2026-03-06T11:59:00"
    assert post(exchange).json()["data"]["list"][0]["date"] == "2026-03-04"
    exchange.now = "2026-03-06T12:00:00"
    sessions = post(exchange).json()["data"]["list"]
    assert [sessions[0]["date"], len(sessions)] == ["2026-03-05", 300]
    assert sessions[0]["cumNetInflow"] - sessions[1]["cumNetInflow"] == sessions[0]["totalNetInflow"]
    assert post(exchange, b'{"type":"other"}').json()["code"] != 0


def test_sessions_follow_the_rules_for_holidays() -> None:
    closed = [
        "2025-01-09", "2025-04-18", "2025-11-27", "2026-01-19", "2026-02-07", "2026-02-16", "2026-04-03",
        "2026-05-25", "2026-06-19", "2026-07-03", "2026-09-07", "2026-12-25", "2027-07-05", "2027-12-24",
    ]  # fmt: skip
    assert not [day for day in closed if market.is_session(date.fromisoformat(day))]
    assert market.is_session(date(2021, 12, 31))  # New Year on a Saturday is not made up for
    assert sum(market.is_session(date(2026, 2, day)) for day in range(1, 29)) == 19


def test_retargets_are_those_that_happened(exchange: Exchange) -> None:
    def newest() -> list[float]:
        rows = json.loads(get(exchange, RETARGETS_URL).content)
        assert all(row[1] % 2016 == 0 and 0.25 < row[3] < 4 for row in rows)
        return list(rows[0])

    first = newest()
    exchange.now = datetime(2026, 3, 26)
    assert newest()[1] > first[1]
    exchange.now = datetime.fromtimestamp(first[0] - 1, UTC)
    assert newest()[1] < first[1]


def test_the_date_header_and_the_status_page_tell_the_clock(exchange: Exchange) -> None:
    assert get(exchange, SPOT).headers["Date"] == "Tue, 10 Mar 2026 12:00:00 GMT"
    assert httpx.get(f"{exchange.url}/__mirror/status").json() == {"now": "2026-03-10T12:00:00Z"}


def test_a_status_for_a_while(exchange: Exchange) -> None:
    exchange.fault("*/spot/*", "status", status=429, Retry_After="7", times=2)
    answers = [get(exchange, SPOT) for _ in range(3)]
    assert [a.status_code for a in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"
    assert get(exchange, METRICS).status_code == 200


def test_bodies_that_do_not_arrive(exchange: Exchange) -> None:
    exchange.fault("*/spot/*", "truncated", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        get(exchange, SPOT)
    whole = get(exchange, SPOT).content
    exchange.fault("*/spot/*", "short_body", times=1)
    assert get(exchange, SPOT).content == whole[: len(whole) // 2]
    exchange.fault("*/spot/*", "drip", pause=0.01)
    with httpx.stream("GET", SPOT.replace("https:/", exchange.url)) as response:
        chunks = response.iter_raw(1)
        assert b"".join(next(chunks) for _ in range(5)) == whole[:5]


def test_bombs_unpack_to_more_than_they_weigh(exchange: Exchange) -> None:
    exchange.fault("*/spot/*.zip", "zip_bomb", size=1 << 20)
    exchange.fault("*difficulty*", "gzip_bomb", size=1 << 20)
    bomb = get(exchange, SPOT).content
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        assert archive.infolist()[0].file_size == 1 << 20
    answer = get(exchange, RETARGETS_URL)
    assert int(answer.headers["Content-Length"]) < 10_000 < len(answer.content)


@pytest.mark.parametrize(
    ("kind", "options", "row", "column", "expected"),
    [
        ("header_line", {}, 0, 0, "open_time"),
        ("nan", {}, 3, 4, "NaN"),
        ("infinity", {"column": "open"}, 3, 1, "Infinity"),
        ("negative_volume", {}, 3, 5, "-1.0"),
        ("cell", {"column": "count", "value": "1e999", "first": 0}, 0, 8, "1e999"),
        ("outside_day", {}, 3, 0, "1772679600000000"),
    ],
)
def test_faults_of_cells(
    exchange: Exchange, kind: str, options: dict[str, Any], row: int, column: int, expected: str
) -> None:
    exchange.fault("*1h-2026-03-04.zip", kind, **options)
    body = get(exchange, SPOT).content
    assert cells(body)[row][column] == expected
    assert get(exchange, f"{SPOT}.CHECKSUM").text.startswith(hashlib.sha256(body).hexdigest())


def test_faults_of_rows_and_columns(exchange: Exchange) -> None:
    exchange.fault("*1h-*.zip", "high_below_low")
    exchange.fault("*1h-*.zip", "dup_rows", rows=2)
    exchange.fault("*metrics-*.zip", "drop_column", column="sum_open_interest")
    exchange.fault("*metrics-*.zip", "rename_column", old="symbol", new="pair")
    exchange.fault("*metrics-*.zip", "drop_rows", rows=12)
    spot, metrics = cells(get(exchange, SPOT).content), cells(get(exchange, METRICS).content)
    assert float(spot[3][2]) < float(spot[3][3])
    assert (len(spot), spot[3]) == (26, spot[4])
    assert metrics[0][:3] == ["create_time", "pair", "sum_open_interest_value"]
    assert len(metrics) == 289 - 12


def test_faults_of_whole_bodies(exchange: Exchange) -> None:
    for kind, start in (
        ("html200", b"<!doctype html"),
        ("error_body", b'{"code": -1121'),
        ("empty_body", b""),
    ):
        exchange.fault("*/spot/*.zip", kind, times=1)
        answer = get(exchange, SPOT)
        assert (answer.status_code, answer.content[: len(start) or None]) == (200, start)
    exchange.fault("*/spot/*.zip", "foreign_member", times=1)
    with zipfile.ZipFile(io.BytesIO(get(exchange, SPOT).content)) as archive:
        assert archive.namelist() == ["../../evil.csv"]
    exchange.fault("*/spot/*.zip", "empty_member", times=1)
    assert lines(get(exchange, SPOT).content) == []
    exchange.fault("*/spot/*.zip", "malformed_zip", times=1)
    with pytest.raises(zipfile.BadZipFile):
        lines(get(exchange, SPOT).content)
    assert len(lines(get(exchange, SPOT).content)) == 24


def test_pages_that_come_again(exchange: Exchange) -> None:
    exchange.fault("*1h-2026-03-04.zip", "dup_page")
    before = get(exchange, spot_url("BTCUSDT", date(2026, 3, 3))).content
    assert lines(get(exchange, SPOT).content) == lines(before)
    first = post(exchange).content
    exchange.now = "2026-03-20T12:00:00"
    exchange.fault("*historicalInflowChart", "dup_page", times=1)
    assert post(exchange).content == first
    assert post(exchange).content != first


def test_a_bad_checksum_and_a_restated_session(exchange: Exchange) -> None:
    exchange.fault("*1h-*.zip", "bad_checksum", times=1)
    assert get(exchange, f"{SPOT}.CHECKSUM").text.startswith("0" * 64)
    assert not get(exchange, f"{SPOT}.CHECKSUM").text.startswith("0" * 64)
    before = post(exchange).json()["data"]["list"]
    exchange.fault("*historicalInflowChart", "restated", session=before[2]["date"], flow=7e6)
    after = post(exchange).json()["data"]["list"]
    assert after[2]["totalNetInflow"] == 7e6
    assert after[3] == before[3]
    moved = 7e6 - before[2]["totalNetInflow"]
    assert [a["cumNetInflow"] - b["cumNetInflow"] for a, b in zip(after[:3], before[:3], strict=True)] == [moved] * 3


def test_replaced_bytes_and_a_clean_slate(exchange: Exchange) -> None:
    exchange.replace(SPOT, b"anything")
    assert get(exchange, SPOT).content == b"anything"
    assert get(exchange, f"{SPOT}.CHECKSUM").text.startswith(hashlib.sha256(b"anything").hexdigest())
    exchange.clear()
    assert len(lines(get(exchange, SPOT).content)) == 24


def test_an_unknown_fault_and_a_failing_one_are_told() -> None:
    exchange = Exchange()
    with pytest.raises(ValueError, match="no fault 'sulk'"):
        exchange.fault("*", "sulk")
    exchange.fault("*", "drop_column", column="nonsense")
    with pytest.raises(AssertionError, match="nonsense"), exchange, pytest.raises(httpx.RemoteProtocolError):
        get(exchange, SPOT)
