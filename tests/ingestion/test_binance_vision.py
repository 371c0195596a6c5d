"""Daily files of Binance: units, labels, and everything a file can have wrong."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest

from ingestion.archives import read_single_member
from ingestion.cases.wire import csv_name, metrics_csv, spot_csv, spot_url, zip_bytes
from ingestion.errors import UnreadableBody
from ingestion.judging import check
from ingestion.sources.binance_vision import label_convention, parse_metrics, parse_spot
from tests.ingestion.answers import (
    DAY,
    METRICS,
    SPOT,
    candles,
    capture,
    metrics,
    morning_after,
    open_interest,
    spot,
)

MIDNIGHT = datetime(2026, 2, 5)


def test_a_day_of_candles_is_read_in_full() -> None:
    frame = parse_spot(SPOT, spot(candles()))
    assert frame["period_start_at"].to_list() == [MIDNIGHT + timedelta(hours=h) for h in range(24)]
    assert frame["period_end_at"][-1] == MIDNIGHT + timedelta(days=1)
    assert frame["_reject"].null_count() == 24


def test_milliseconds_before_2025_and_microseconds_after_give_the_same_kind_of_time() -> None:
    old = date(2024, 12, 31)
    assert spot_csv(candles(old))[:13].isdigit()
    assert parse_spot(SPOT, spot(candles(old), old))["period_start_at"][0] == datetime(2024, 12, 31)


def test_both_units_in_one_file_are_read_value_by_value() -> None:
    lines = spot_csv(candles()).splitlines()
    first = lines[0].split(",")
    lines[0] = ",".join([str(int(first[0]) // 1000), *first[1:]])
    frame = parse_spot(SPOT, spot("\n".join(lines)))
    assert frame["period_start_at"][0] == MIDNIGHT


@pytest.mark.parametrize("digits", [9, 10, 12, 14, 15, 17, 19])
def test_a_time_in_no_allowed_unit_is_refused(digits: int) -> None:
    lines = spot_csv(candles()).splitlines()
    stamp, *rest = lines[3].split(",")
    lines[3] = ",".join([(stamp * 2)[:digits], *rest])
    checked = check(SPOT, parse_spot(SPOT, spot("\n".join(lines))), spot(candles()), 1)
    assert checked.bad["reason"].to_list() == ["time is unreadable or in another unit"]
    assert checked.good.height == 23


def test_a_header_where_none_is_expected_is_stepped_over() -> None:
    header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,tb,tq,ignore\n"
    assert parse_spot(SPOT, spot(header + spot_csv(candles()))).height == 24


def test_rows_beyond_the_day_of_the_file_are_put_aside() -> None:
    endless = candles() + candles(DAY + timedelta(days=1), hours=1)
    checked = check(SPOT, parse_spot(SPOT, spot(endless)), spot(endless), 1)
    assert checked.bad["reason"].to_list() == ["outside the day of its file"]
    assert checked.good.height == 24


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(b"PK\x03\x04 not really", "not a readable zip", id="malformed"),
        pytest.param(zip_bytes("../../evil.csv", b"1,2"), "expected only", id="foreign member"),
        pytest.param(zip_bytes("BTCUSDT-1h-2026-02-05.csv", b""), "is empty", id="empty file"),
        pytest.param(zip_bytes("BTCUSDT-1h-2026-02-05.csv", b"0" * 50_000_000), "unpacks to more", id="bomb"),
        pytest.param(zip_bytes("BTCUSDT-1h-2026-02-05.csv", b"1,2,3\n"), "3 columns", id="too few columns"),
        pytest.param(zip_bytes("BTCUSDT-1h-2026-02-05.csv", b"x" + b",1" * 11 + b"\n"), "neither", id="no time"),
        pytest.param(zip_bytes("BTCUSDT-1h-2026-02-05.csv", b"\xff\xfe,1\n"), "BTCUSDT-1h", id="not utf-8"),
    ],
)
def test_a_file_that_is_not_one_has_a_typed_error(body: bytes, told: str) -> None:
    answer = capture(SPOT.key, spot_url("BTCUSDT", DAY), body, morning_after(DAY), day=DAY)
    with pytest.raises(UnreadableBody, match=told):
        parse_spot(SPOT, answer)


def test_a_zip_cut_at_any_byte_is_an_error_and_never_rows() -> None:
    whole = zip_bytes(csv_name(spot_url("BTCUSDT", DAY)), spot_csv(candles()).encode())
    for end in range(0, len(whole), 7):
        with pytest.raises(UnreadableBody):
            read_single_member(whole[:end], "BTCUSDT-1h-2026-02-05.csv")


@pytest.mark.parametrize("convention", ["period_end", "period_start"])
def test_rows_of_both_label_conventions_land_on_the_same_periods(convention: str) -> None:
    frame = parse_metrics(METRICS, metrics(open_interest(), convention=convention))  # type: ignore[arg-type]
    assert frame["label_convention"].unique().to_list() == [convention]
    assert frame["period_start_at"].to_list() == [MIDNIGHT + i * timedelta(minutes=5) for i in range(288)]
    assert float(frame["open_interest_coins"][0]) == 1000.0


def test_stamps_a_second_or_two_late_stay_on_the_grid() -> None:
    frame = parse_metrics(METRICS, metrics(open_interest(late_seconds=2)))
    assert frame["period_start_at"][0] == MIDNIGHT
    assert frame["source_label_at"][0] == MIDNIGHT + timedelta(minutes=5)
    assert frame["_reject"].null_count() == 288


def test_a_stamp_minutes_off_the_grid_is_put_aside() -> None:
    text = metrics_csv("BTCUSDT", open_interest(), "period_end").replace("00:10:00", "00:12:30")
    frame = parse_metrics(METRICS, metrics(text))
    assert frame.filter(pl.col("_reject").is_not_null()).height == 1


@pytest.mark.parametrize(
    ("first", "last", "convention"),
    [
        pytest.param((0, 5), (24, 0), "period_end", id="whole file, ends"),
        pytest.param((0, 0), (23, 55), "period_start", id="whole file, starts"),
        pytest.param((0, 5), (20, 0), "period_end", id="ends, last hours missing"),
        pytest.param((0, 0), (20, 0), "period_start", id="starts, last hours missing"),
        pytest.param((3, 0), (24, 0), "period_end", id="ends, first hours missing"),
        pytest.param((3, 0), (23, 55), "period_start", id="starts, first hours missing"),
        pytest.param((3, 0), (20, 0), None, id="both missing: nobody knows"),
        pytest.param((0, 0), (24, 0), None, id="both at once: contradiction"),
    ],
)
def test_the_label_convention_is_read_from_the_file(
    first: tuple[int, int], last: tuple[int, int], convention: str | None
) -> None:
    def at(time: tuple[int, int]) -> datetime:
        return MIDNIGHT + timedelta(hours=time[0], minutes=time[1])

    assert label_convention(DAY, at(first), at(last)) == convention


def test_a_renamed_column_is_an_error_that_names_it() -> None:
    text = metrics_csv("BTCUSDT", open_interest(), "period_end").replace("sum_open_interest,", "open_interest,")
    with pytest.raises(UnreadableBody, match="sum_open_interest"):
        parse_metrics(METRICS, metrics(text))


def test_a_new_column_changes_nothing() -> None:
    lines = metrics_csv("BTCUSDT", open_interest(), "period_end").splitlines()
    wider = "\n".join([lines[0] + ",new_one", *(line + ",7" for line in lines[1:])])
    assert parse_metrics(METRICS, metrics(wider)).equals(parse_metrics(METRICS, metrics(open_interest())))
