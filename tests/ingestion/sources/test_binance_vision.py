"""Binance's files beyond the first two: headers, months, the premium, and the second symbol."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import pytest
from hypothesis import given, settings

from ingestion.cases.wire import csv_name
from ingestion.contract import find
from ingestion.errors import UnreadableBody
from ingestion.windows import Window
from tests.ingestion.sources.landed import FEW_DAYS, land, questions
from tests.ingestion.sources.twin import PAYLOADS, Twin
from tests.ingestion.sources.twins_binance_vision import TWINS, daily

MINUTES, METAL, ENDS, STARTS, FUNDING = TWINS
DAILY = [
    "spot_klines_1m", "spot_klines_1h", "spot_klines_1d", "um_klines_1m", "um_klines_1h", "um_premium_klines_1h",
    "um_metrics_5m",
]  # fmt: skip


def test_minutes_of_the_spot_market_have_microseconds_and_no_header() -> None:
    good = land(MINUTES).good
    assert good["period_start_at"].to_list() == [datetime(2025, 11, 3), datetime(2025, 11, 3, 0, 1)]
    assert good["period_end_at"][0] == datetime(2025, 11, 3, 0, 1)
    assert (good["symbol"][0], good["close_price"][0], good["volume_quote"][0]) == ("BTCUSDT", 41244.0, 299031.225)


def test_a_perpetuals_file_is_read_by_its_header_or_without_one() -> None:
    header, row = METAL.content.decode().splitlines()
    headless = land(METAL, METAL.wrap((row + "\n").encode())).good.drop("_capture_id")
    assert headless.equals(land(METAL).good.drop("_capture_id"))
    assert (headless["symbol"][0], headless["period_start_at"][0]) == ("XAUUSDT", datetime(2026, 3, 10, 5))
    wider = land(METAL, METAL.wrap(f"{header},new_one\n{row},7\n".encode())).good.drop("_capture_id")
    assert wider.equals(headless)
    names, cells = header.split(","), row.split(",")
    turned = f"{','.join(names[::-1])}\n{','.join(cells[::-1])}\n"
    with pytest.raises(UnreadableBody, match="neither time nor header"):
        land(METAL, METAL.wrap(turned.encode()))


def test_a_renamed_column_of_a_perpetuals_file_is_named() -> None:
    with pytest.raises(UnreadableBody, match="taker_buy_volume"):
        land(METAL, METAL.wrap(METAL.content.decode().replace("taker_buy_volume", "buys").encode()))


def test_cells_that_some_copies_lack_are_absent_and_not_zero() -> None:
    header, row = METAL.content.decode().splitlines()
    cells = row.split(",")
    cells[7:9] = ["", ""]
    good = land(METAL, METAL.wrap(f"{header}\n{','.join(cells)}\n".encode())).good
    assert good.select("volume_quote", "trades_count").row(0) == (None, None)


def test_microseconds_in_a_perpetuals_file_are_refused() -> None:
    stamp = METAL.content.decode().splitlines()[1].split(",")[0]
    with pytest.raises(UnreadableBody, match="in another unit"):
        land(METAL, METAL.wrap(METAL.content.decode().replace(stamp, stamp + "000").encode()))


def test_the_premium_keeps_its_sign_and_has_no_volume() -> None:
    path = "futures/um/daily/premiumIndexKlines/ETHUSDT/1h/ETHUSDT-1h"
    twin = daily("um_premium_klines_1h", "um-klines-1h.csv", path, date(2026, 3, 10))
    header, row = METAL.content.decode().splitlines()
    stamp = row.split(",")[0]
    cells = f"{stamp},-0.0004,0.0001,-0.0009,-0.0002,0,{int(stamp) + 3_599_999},0,720,0,0,0"
    good = land(twin, twin.wrap(f"{header}\n{cells}\n".encode())).good
    ratios = ["open_premium_ratio", "high_premium_ratio", "low_premium_ratio", "close_premium_ratio"]
    assert good.select("symbol", *ratios).row(0) == ("ETHUSDT", -0.0004, 0.0001, -0.0009, -0.0002)


@pytest.mark.parametrize(
    ("twin", "convention", "first", "last"),
    [
        (ENDS, "period_end", datetime(2025, 11, 3), datetime(2025, 11, 3, 23, 55)),
        (STARTS, "period_start", datetime(2026, 8, 20), datetime(2026, 8, 20, 23, 55)),
    ],
    ids=["labels are ends", "labels are starts"],
)
def test_metrics_land_on_their_period(twin: Twin, convention: str, first: datetime, last: datetime) -> None:
    parsed = land(twin)
    assert parsed.bad.height == 0
    assert set(parsed.good["label_convention"]) == {convention}
    assert (parsed.good["period_start_at"].min(), parsed.good["period_start_at"].max()) == (first, last)


def test_a_month_of_funding_has_hours_intervals_and_the_monday_it_was_published() -> None:
    good = land(FUNDING, received_at=datetime(2026, 12, 1)).good
    assert good["funding_at"].to_list() == [datetime(2026, 8, 3, 8), datetime(2026, 8, 3, 16)]
    assert good.select("interval_hours", "funding_rate_ratio").rows() == [(8.0, -0.0000512), (8.0, 0.00001875)]
    assert set(good["published_at"]) == {datetime(2026, 9, 7, 8)}


def test_a_month_that_is_out_early_was_published_when_it_was_seen() -> None:
    seen = datetime(2026, 9, 2, 12)
    assert set(land(FUNDING, received_at=seen).good["published_at"]) == {seen}


def test_a_payment_of_the_next_month_is_refused() -> None:
    first, second = FUNDING.content.decode().splitlines()[1:]
    late = second.replace(second.split(",")[0], str(int(second.split(",")[0]) + 35 * 86_400_000))
    with pytest.raises(UnreadableBody, match="outside the month of its file"):
        land(FUNDING, FUNDING.wrap("\n".join([FUNDING.content.decode().splitlines()[0], first, late]).encode()))


def test_the_published_checksum_is_of_the_zip() -> None:
    digest, name = (PAYLOADS / "binance-vision_checksum.txt").read_text().split()
    assert digest == hashlib.sha256(MINUTES.body).hexdigest()
    assert name.replace(".zip", ".csv") == csv_name(MINUTES.url)


@pytest.mark.parametrize("name", DAILY)
@settings(max_examples=15)
@given(window=FEW_DAYS)
def test_every_day_is_a_file_with_a_checksum(name: str, window: Window) -> None:
    key = f"binance_vision/{name}"
    for request in questions(key, window):
        assert request.checksum
        assert request.checksum.url == f"{request.url}.CHECKSUM"
        assert request.missing_ok
        assert f"/{request.series}-" in request.url


def test_metals_are_asked_for_since_the_year_they_were_listed() -> None:
    asked = questions("binance_vision/um_klines_1h", Window(date(2025, 12, 31), date(2026, 1, 1)))
    assert [request.covers_from.day for request in asked if request.series == "XAGUSDT" and request.covers_from] == [1]


@settings(max_examples=15)
@given(FEW_DAYS)
def test_funding_is_asked_for_by_whole_months_and_the_one_before(window: Window) -> None:
    asked = [r for r in questions("binance_vision/um_funding", window) if r.series == "ETHUSDT"]
    before = date(window.first.year - (window.first.month == 1), (window.first.month - 2) % 12 + 1, 1)
    assert asked[0].covers_from == before
    assert all(r.covers_from and r.covers_from.day == 1 for r in asked)
    assert asked[-1].covers_to
    assert asked[-1].covers_to >= window.last
    assert len({r.url for r in asked}) == len(asked)


def test_a_dataset_and_the_one_that_stands_in_for_it_have_the_same_grain() -> None:
    for name in [*DAILY, "um_funding"]:
        dataset = find(f"binance_vision/{name}")
        for other in dataset.stands_in:
            assert find(other).grain == dataset.grain
            assert dataset.key in find(other).stands_in
