"""Binance's spot candles by REST: halves of days, milliseconds, and the candle that is still running."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise

import orjson
import pytest

from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.windows import Window
from tests.ingestion.sources.landed import land, questions
from tests.ingestion.sources.twins_binance_spot import TWINS

(MINUTES,) = TWINS
ROWS = orjson.loads(MINUTES.body)


def test_a_candle_has_its_prices_volumes_and_period() -> None:
    parsed = land(MINUTES)
    first = parsed.good.row(0, named=True)
    assert (parsed.good.height, parsed.bad.height) == (2, 0)
    assert first["symbol"] == "ETHUSDT"
    assert (first["period_start_at"], first["period_end_at"]) == (datetime(2025, 11, 3), datetime(2025, 11, 3, 0, 1))
    assert (first["open_price"], first["high_price"], first["low_price"], first["close_price"]) == (
        41250.1, 41262.4, 41239.9, 41244.0,
    )  # fmt: skip
    assert (first["volume_coins"], first["trades_count"], first["taker_buy_coins"]) == (7.25, 812, 3.1)


@pytest.mark.parametrize(("second", "finished"), [(59, 1), (60, 2)])
def test_a_running_candle_is_left_out(second: int, finished: int) -> None:
    parsed = land(MINUTES, received_at=datetime(2025, 11, 3, 0, 1 + second // 60, second % 60))
    assert (parsed.good.height, parsed.running) == (finished, 2 - finished)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param([row[:-1] for row in ROWS], "rows of \\[11\\] cells", id="a cell less"),
        pytest.param([[row[0] * 1000, *row[1:]] for row in ROWS], "in another unit", id="microseconds"),
        pytest.param([[row[0] + 86_400_000, *row[1:]] for row in ROWS], "outside the days", id="another day"),
        pytest.param([[*row[:2], "1", *row[3:]] for row in ROWS], "high below", id="high below low"),
        pytest.param([[*row[:5], "-1", *row[6:]] for row in ROWS], "negative volume", id="negative volume"),
    ],
)
def test_an_answer_of_another_shape_is_refused(body: list[list[object]], told: str) -> None:
    with pytest.raises(UnreadableBody, match=told):
        land(MINUTES, orjson.dumps(body))


def test_an_error_in_a_200_answer_is_no_answer() -> None:
    gate = questions("binance_spot/klines_1h", Window(date(2026, 2, 5), date(2026, 2, 5)))[0].gate
    assert gate
    gate([])
    with pytest.raises(BodyRejected, match="Invalid symbol"):
        gate({"code": -1121, "msg": "Invalid symbol."})


def test_a_day_of_minutes_is_two_questions_that_meet() -> None:
    window = Window(date(2026, 1, 31), date(2026, 2, 1))
    asked = [request.url for request in questions("binance_spot/klines_1m", window) if request.series == "BTCUSDT"]
    spans = [[int(part.split("=")[1]) for part in url.split("&") if "Time=" in part] for url in asked]
    assert [after[0] - before[1] for before, after in pairwise(spans)] == [1, 1, 1]
    assert {(end - start + 1) // 60_000 for start, end in spans} == {720}
