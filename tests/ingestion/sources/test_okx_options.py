"""OKX's open interest by strike: units, expiries asked for, errors with status 200."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.contract import find
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.judging import check
from ingestion.sources.okx_options import parse, requests
from ingestion.windows import Window
from tests.ingestion.sources.twins_okx_options import STRIKES

DATASET = find(STRIKES.dataset)
DAY = date(2026, 9, 14)


def test_strikes_of_an_expiry_are_coins_at_one_moment() -> None:
    capture = STRIKES.capture()
    landed = check(DATASET, parse(DATASET, capture), capture, 1)
    assert landed.good.sort("strike_price").row(1)[:8] == (
        "BTC", datetime(2026, 9, 25, 8), 92000.0, datetime(2026, 9, 14, 10, 15), 118.3, 240.6, 7.7, 15.2,
    )  # fmt: skip
    assert (landed.good.height, landed.bad.height) == (3, 0)


def test_the_next_two_monthly_expiries_are_asked_for() -> None:
    asked = [request.url.partition("?")[2] for request in requests(DATASET, Window(DAY, DAY))]
    assert asked == [f"ccy={c}&expTime={e}" for e in ("20260925", "20261030") for c in ("BTC", "ETH")]


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)), st.integers(0, 60))
def test_questions_depend_on_the_last_day_alone_and_are_about_the_future(last: date, more: int) -> None:
    found = requests(DATASET, Window(last - timedelta(days=more), last))
    assert found == requests(DATASET, Window(last, last))
    days = {datetime.fromisoformat(request.url[-8:]).date() for request in found}
    assert all(day > last and day.weekday() == 4 and (day + timedelta(days=7)).month != day.month for day in days)
    assert [request.covers_from for request in found] == [None] * 4


@pytest.mark.parametrize("body", [{"code": "51000", "msg": "Parameter error", "data": []}, {"data": []}, []])
def test_an_error_with_status_200_is_no_answer(body: object) -> None:
    gate = requests(DATASET, Window(DAY, DAY))[0].gate
    assert gate
    gate(json.loads(STRIKES.body))
    with pytest.raises(BodyRejected):
        gate(body)


@pytest.mark.parametrize("change", [(b'"data"', b'"rows"'), (b'"61.2",', b""), (b"]", b"")])
def test_another_shape_is_an_error(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(UnreadableBody):
        parse(DATASET, STRIKES.capture(STRIKES.body.replace(*change, 1)))
