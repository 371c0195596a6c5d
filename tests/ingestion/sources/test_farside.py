"""Farside's table: brackets, dashes, zeros, totals of a day that is not complete."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.ingestion.sources.landed import is_refused, land
from tests.ingestion.sources.twins_farside import FLOWS


def test_flows_are_dollars_by_fund_and_a_total_needs_every_fund() -> None:
    parsed = land(FLOWS)
    assert parsed.bad.is_empty()
    assert parsed.good.select("session_date", "fund", "net_flow_usd").rows() == [
        (date(2024, 3, 7), "IBIT", -1_234_500_000.0),
        (date(2024, 3, 7), "FBTC", 0.0),
        (date(2024, 3, 7), "total", -1_234_500_000.0),
        (date(2024, 7, 1), "IBIT", 10_100_000.0),
        (date(2024, 7, 1), "FBTC", -2_000_000.0),
        (date(2024, 7, 1), "NEWF", 300_000.0),
        (date(2024, 7, 1), "total", 8_400_000.0),
        (date(2024, 7, 2), "IBIT", 5_500_000.0),
    ]
    assert set(parsed.good["observed_at"]) == {
        datetime(2024, 3, 7, 21),
        datetime(2024, 7, 1, 20),
        datetime(2024, 7, 2, 20),
    }


def test_the_order_of_sessions_does_not_matter() -> None:
    head, *lines = FLOWS.body.split(b"\n<tr><td>")
    *lines, last = lines
    turned = b"\n<tr><td>".join([head, *reversed(lines), last])
    order = ["session_date", "fund"]
    assert (
        land(FLOWS, turned)
        .good.drop("_capture_id")
        .sort(order)
        .equals(land(FLOWS).good.drop("_capture_id").sort(order))
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"IBIT", b"BIT", id="funds renamed"),
        pytest.param(b"</table>", b"", id="cut"),
        pytest.param(b"<td>(2.0)</td>", b"", id="a cell is gone"),
        pytest.param(b"02 Jul 2024", b"2 of July", id="dates of another form"),
        pytest.param(b">10.1<", b">10.1m<", id="a unit in the cell"),
    ],
)
def test_drift_is_refused(old: bytes, new: bytes) -> None:
    assert is_refused(FLOWS, old, new)
