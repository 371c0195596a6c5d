"""Tardis' files: read in pieces, one row per option and minute, only days that are free."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from ingestion.capture import Capture
from ingestion.contract import find
from ingestion.errors import UnreadableBody
from ingestion.judging import check
from ingestion.sources import tardis
from ingestion.windows import Window
from tests.ingestion.sources.twin import Twin
from tests.ingestion.sources.twins_tardis import CHAIN, DAY

DATASET = find(CHAIN.dataset)


def zipped(text: str | None = None) -> Capture:
    return CHAIN.capture(CHAIN.body if text is None else CHAIN.wrap(text.encode()))


def test_the_last_row_of_each_minute_is_kept_in_fractions() -> None:
    capture = zipped()
    landed = check(DATASET, tardis.parse(DATASET, capture), capture, 1)
    good = landed.good.sort("instrument_name", "period_start_at")
    assert good.select("instrument_name", "period_start_at").rows() == [
        ("BTC-25SEP26-84000-P", datetime(2026, 9, 1)),
        ("BTC-25SEP26-84000-P", datetime(2026, 9, 1, 0, 1)),
        ("ETH-25SEP26-3400-C", datetime(2026, 9, 1)),
    ]
    put = good.row(0, named=True)
    assert put | {
        "currency": "BTC", "expiry_at": datetime(2026, 9, 25, 8), "strike_price": 84000.0, "option_type": "put",
        "period_end_at": datetime(2026, 9, 1, 0, 1), "quoted_at": datetime(2026, 9, 1, 0, 0, 41),
        "mark_iv_ratio": 64.4 / 100, "bid_iv_ratio": 63.5 / 100, "mark_price_coins": 0.0154, "delta": -0.22961,
        "open_interest_coins": 2104.7, "underlying_price": 90298.0,
    } == put  # fmt: skip
    call = good.row(2, named=True)
    assert (call["bid_price_coins"], call["bid_iv_ratio"], call["ask_iv_ratio"]) == (None, None, 71.8 / 100)
    assert landed.bad.height == 0


@pytest.mark.parametrize("size", [50, 300, 1000])
def test_pieces_of_any_size_give_the_same_rows(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tardis.parse(DATASET, zipped())
    monkeypatch.setattr(tardis, "PIECE_BYTES", size)
    monkeypatch.setattr(tardis, "ROWS_HELD", 1)
    assert (
        tardis.parse(DATASET, zipped())
        .sort("stamp" if "stamp" in whole.columns else "received")
        .equals(whole.sort("received"))
    )


def test_only_first_days_of_months_are_asked_for() -> None:
    asked = tardis.requests(DATASET, Window(date(2026, 1, 2), date(2026, 3, 31)))
    assert [(request.covers_from, request.kind) for request in asked] == [
        (date(2026, 2, 1), "gzip"), (date(2026, 3, 1), "gzip"),
    ]  # fmt: skip
    assert asked[0].url.endswith("/2026/02/01/OPTIONS.csv.gz")
    assert tardis.requests(DATASET, Window(date(2026, 2, 2), date(2026, 2, 28))) == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="an empty file"),
        pytest.param("exchange,symbol\n", id="a header alone"),
        pytest.param(CHAIN.content.decode().replace("mark_iv", "markIv"), id="a renamed column"),
    ],
)
def test_what_has_no_rows_or_columns_is_an_error(text: str) -> None:
    with pytest.raises(UnreadableBody):
        tardis.parse(DATASET, zipped(text))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("1788220800005012", "1788220800005", "time is unreadable or in another unit"),
        (",64.1,", ",0,", "implied volatility is not positive"),
        (",-0.22815,", ",-1.2,", "delta outside -1 and 1"),
        (",put,84000,", ",future,84000,", "neither call nor put"),
    ],
)
def test_an_impossible_row_is_put_aside(old: str, new: str, reason: str) -> None:
    header, first, *_ = CHAIN.content.decode().splitlines()
    clean = [first.replace("84000", str(strike)) for strike in range(1000, 1050)]
    assert old in first
    capture = zipped("\n".join([header, *clean, first.replace(old, new)]))
    landed = check(DATASET, tardis.parse(DATASET, capture), capture, 1)
    assert (landed.bad["reason"].to_list(), landed.good.height) == ([reason], 50)


def test_rows_of_another_day_are_put_aside() -> None:
    capture = Twin(CHAIN.dataset, CHAIN.payload, CHAIN.url, DAY, DAY + timedelta(days=30)).capture(zipped().body)
    assert tardis.parse(DATASET, capture)["_reject"].null_count() == 3
    other = Twin(CHAIN.dataset, CHAIN.payload, CHAIN.url, date(2026, 8, 1), date(2026, 8, 1)).capture(zipped().body)
    assert set(tardis.parse(DATASET, other)["_reject"]) == {"outside the day of its file"}
