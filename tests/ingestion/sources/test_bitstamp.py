"""Bitstamp's candles: objects of text in seconds, an hour without a trade among them."""

from __future__ import annotations

from datetime import date, datetime

import orjson
import pytest

from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.windows import Window
from tests.ingestion.sources.landed import land, questions
from tests.ingestion.sources.twins_bitstamp import TWINS

(HOURS,) = TWINS


def test_a_candle_has_its_prices_volume_and_period() -> None:
    parsed = land(HOURS)
    assert parsed.bad.height == 0
    first, flat = parsed.good.rows(named=True)
    assert (first["symbol"], first["period_start_at"]) == ("btcusd", datetime(2026, 9, 14, 16))
    assert (first["open_price"], first["high_price"], first["low_price"], first["close_price"]) == (
        52291.0, 52350.0, 52240.0, 52284.0,
    )  # fmt: skip
    assert (first["volume_coins"], flat["volume_coins"]) == (2.1044, 0.0)


def test_a_running_candle_is_left_out() -> None:
    parsed = land(HOURS, received_at=datetime(2026, 9, 14, 17, 20))
    assert (parsed.good.height, parsed.running) == (1, 1)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(b"BTC/USD", b"ETH/USD", "is about", id="another pair"),
        pytest.param(b'"ohlc"', b'"candles"', "nothing at 'ohlc'", id="no candles"),
        pytest.param(b'"close"', b'"last"', "'close'", id="a field renamed"),
        pytest.param(b'"1789401600"', b'"1789401600000"', "in another unit", id="milliseconds"),
        pytest.param(b'"1789401600"', b'"1789315200"', "outside the days", id="another day"),
    ],
)
def test_an_answer_of_another_shape_is_refused(old: bytes, new: bytes, told: str) -> None:
    with pytest.raises(UnreadableBody, match=told):
        land(HOURS, HOURS.body.replace(old, new))


def test_an_error_in_a_200_answer_is_no_answer() -> None:
    gate = questions(HOURS.dataset, Window(date(2026, 9, 14), date(2026, 9, 14)))[0].gate
    assert gate
    gate(orjson.loads(HOURS.body))
    with pytest.raises(BodyRejected, match="Missing parameter"):
        gate({"code": "400.002", "errors": [{"field": "step", "message": "Missing parameter."}]})
