"""Coinbase's candles: newest first, low before high, never more than 300 a question."""

from __future__ import annotations

from datetime import date, datetime

import orjson
import pytest
from hypothesis import given, settings

from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.windows import Window
from tests.ingestion.sources.landed import FEW_DAYS, land, questions
from tests.ingestion.sources.twin import Twin
from tests.ingestion.sources.twins_coinbase_exchange import TWINS

(HOURS,) = TWINS
ROWS = orjson.loads(HOURS.body)
DAYS = Twin("coinbase_exchange/candles_1d", HOURS.payload, HOURS.url, HOURS.covers_from, HOURS.covers_to)


def test_low_is_low_and_high_is_high() -> None:
    parsed = land(HOURS)
    row = parsed.good.sort("period_start_at").row(0, named=True)
    assert (parsed.good.height, parsed.bad.height, row["symbol"]) == (2, 0, "BTC-USD")
    assert (row["period_start_at"], row["period_end_at"]) == (datetime(2026, 9, 14, 16), datetime(2026, 9, 14, 17))
    assert (row["open_price"], row["high_price"], row["low_price"], row["close_price"]) == (
        52290.0, 52344.9, 52240.0, 52288.4,
    )  # fmt: skip
    assert row["volume_coins"] == 28.1182


def test_cells_in_the_usual_order_are_caught() -> None:
    usual = [[row[0], row[3], row[2], row[1], row[4], row[5]] for row in ROWS]
    with pytest.raises(UnreadableBody, match="low above|high below"):
        land(HOURS, orjson.dumps(usual))


@pytest.mark.parametrize(("hour", "finished"), [(17, 1), (18, 2)])
def test_a_running_candle_is_left_out(hour: int, finished: int) -> None:
    assert land(HOURS, received_at=datetime(2026, 9, 14, hour, 59)).good.height == finished


def test_a_day_may_have_its_close_alone_and_never_half_of_a_candle() -> None:
    stamp = 1789344000
    lone = land(DAYS, orjson.dumps([[stamp, None, None, None, 52288.4, None]])).good
    assert lone.select("open_price", "close_price", "volume_coins").row(0) == (None, 52288.4, None)
    with pytest.raises(UnreadableBody, match="a candle in part"):
        land(DAYS, orjson.dumps([[stamp, None, 52300.0, 52290.0, 52288.4, 1.0]]))
    with pytest.raises(UnreadableBody, match="open_price is missing"):
        land(HOURS, orjson.dumps([[stamp, None, None, None, 52288.4, None]]))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param([row[:5] for row in ROWS], "rows of \\[5\\] cells", id="a cell less"),
        pytest.param([[row[0] * 1000, *row[1:]] for row in ROWS], "in another unit", id="milliseconds"),
        pytest.param([[row[0] - 86_400, *row[1:]] for row in ROWS], "outside the days", id="another day"),
    ],
)
def test_an_answer_of_another_shape_is_refused(body: list[list[object]], told: str) -> None:
    with pytest.raises(UnreadableBody, match=told):
        land(HOURS, orjson.dumps(body))


def test_an_error_in_a_200_answer_is_no_answer() -> None:
    gate = questions(HOURS.dataset, Window(date(2026, 9, 14), date(2026, 9, 14)))[0].gate
    assert gate
    with pytest.raises(BodyRejected, match="exceeds 300"):
        gate({"message": "Count of aggregations requested exceeds 300"})


@pytest.mark.parametrize(("key", "most_days"), [(HOURS.dataset, 12), (DAYS.dataset, 300)])
@settings(max_examples=15)
@given(window=FEW_DAYS)
def test_questions_are_not_too_long(key: str, most_days: int, window: Window) -> None:
    for request in questions(key, window):
        assert request.covers_from
        assert request.covers_to
        assert (request.covers_to - request.covers_from).days < most_days
