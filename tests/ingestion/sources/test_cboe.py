"""Cboe's VIX file: American dates, points, New York's clock."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.ingestion.sources.landed import is_refused, land
from tests.ingestion.sources.twins_cboe import VIX


def test_a_session_is_read_in_points_at_its_close() -> None:
    good = land(VIX).good
    assert good.select(
        "observed_date", "observed_at", "open_points", "high_points", "low_points", "close_points"
    ).rows() == [
        (date(2024, 3, 7), datetime(2024, 3, 7, 21, 15), 15.5, 17.25, 15.0, 16.75),
        (date(2024, 7, 1), datetime(2024, 7, 1, 20, 15), 20.0, 20.5, 12.25, 12.25),
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"CLOSE", b"LAST", id="column renamed"),
        pytest.param(b"03/07/2024", b"13/07/2024", id="day before month"),
        pytest.param(b"12.250000\r\n", b"12.2", id="cut in a number"),
        pytest.param(b"17.250000", b"14.250000", id="high below low"),
    ],
)
def test_drift_is_refused(old: bytes, new: bytes) -> None:
    assert is_refused(VIX, old, new)
