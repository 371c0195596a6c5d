"""Kraken's candles: asked for whole, under one name and given under another, the last one running."""

from __future__ import annotations

from datetime import date, datetime

import orjson
import pytest

from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.windows import Window
from tests.ingestion.sources.landed import land, questions
from tests.ingestion.sources.twins_kraken import TWINS

(HOURS,) = TWINS


def test_a_candle_has_its_prices_average_volume_and_period() -> None:
    parsed = land(HOURS)
    assert parsed.bad.height == 0
    first = parsed.good.row(0, named=True)
    assert (first["symbol"], first["period_start_at"]) == ("XBTUSD", datetime(2026, 9, 14, 16))
    assert (first["open_price"], first["high_price"], first["low_price"], first["close_price"]) == (
        52288.0, 52340.0, 52241.1, 52281.5,
    )  # fmt: skip
    assert (first["average_price"], first["volume_coins"], first["trades_count"]) == (52279.3, 13.2211, 1410)


def test_the_last_row_is_running_and_left_out() -> None:
    parsed = land(HOURS, received_at=datetime(2026, 9, 14, 17, 20))
    assert (parsed.good.height, parsed.running) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(b"XXBTZUSD", b"XETHZUSD", "is about", id="another pair"),
        pytest.param(b'"last"', b'"next"', "is about", id="a second series"),
        pytest.param(b'"result"', b'"results"', "nothing at 'result'", id="no result"),
        pytest.param(b'"13.22110000",', b"", "cells, expected 8", id="a cell less"),
        pytest.param(b"1789401600,", b"1789401600000,", "in another unit", id="milliseconds"),
    ],
)
def test_an_answer_of_another_shape_is_refused(old: bytes, new: bytes, told: str) -> None:
    with pytest.raises(UnreadableBody, match=told):
        land(HOURS, HOURS.body.replace(old, new))


def test_an_error_in_a_200_answer_is_no_answer() -> None:
    gate = questions(HOURS.dataset, Window(date(2026, 9, 14), date(2026, 9, 14)))[0].gate
    assert gate
    gate(orjson.loads(HOURS.body))
    with pytest.raises(BodyRejected, match="EGeneral:Too many requests"):
        gate({"error": ["EGeneral:Too many requests"]})


@pytest.mark.parametrize("name", ["ohlc_1h", "ohlc_1d"])
def test_a_pair_is_one_question_whatever_the_window(name: str) -> None:
    one, many = (
        questions(f"kraken/{name}", Window(date(2026, 1, 1), last)) for last in (date(2026, 1, 1), date(2026, 9, 1))
    )
    assert one == many
    assert [(request.series, request.covers_from) for request in one] == [
        ("XBTUSD", None), ("ETHUSD", None), ("USDTUSD", None),
    ]  # fmt: skip
