"""Shares of the fund: both forms of the table, thousands separators, sessions without figures."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.ingestion.sources.landed import is_refused, land
from tests.ingestion.sources.twin import Twin
from tests.ingestion.sources.twins_ishares import CSV, TWINS, WORKBOOK


@pytest.mark.parametrize("twin", TWINS, ids=["csv", "workbook"])
def test_a_session_has_shares_and_their_value(twin: Twin) -> None:
    parsed = land(twin)
    assert parsed.bad.is_empty()
    columns = ["symbol", "session_date", "observed_at", "nav_per_share_usd", "shares_outstanding_count"]
    assert parsed.good.select(columns).rows() == [
        ("IBIT", date(2024, 7, 2), datetime(2024, 7, 2, 20), 12.25, 1_004_000),
        ("IBIT", date(2024, 7, 1), datetime(2024, 7, 1, 20), 12.5, 1_000_000),
    ]


@pytest.mark.parametrize(
    ("twin", "old", "new"),
    [
        pytest.param(CSV, b"NAV per Share", b"NAV", id="csv: column renamed"),
        pytest.param(CSV, b"12.50,", b"0,", id="csv: impossible value"),
        pytest.param(WORKBOOK, b"Shares Outstanding", b"Shares", id="workbook: column renamed"),
        pytest.param(WORKBOOK, b"Historical", b"History", id="workbook: sheet renamed"),
        pytest.param(WORKBOOK, b"</ss:Worksheet>\n</ss:Workbook>\n", b"", id="workbook: cut"),
        pytest.param(WORKBOOK, b"Jul 02, 2024", b"2024-07-02", id="workbook: dates of another form"),
    ],
)
def test_drift_is_refused(twin: Twin, old: bytes, new: bytes) -> None:
    assert is_refused(twin, old, new)
