"""The ECB's zip: currencies by name wherever they stand, Frankfurt's clock, days without a rate."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from ingestion.cases.wire import zip_bytes
from ingestion.errors import UnreadableBody
from ingestion.sources.ecb import MEMBER
from tests.ingestion.sources.landed import land
from tests.ingestion.sources.twins_ecb import RATES

CSV = RATES.content


def test_a_rate_is_currency_per_euro_published_at_four_in_frankfurt() -> None:
    good = land(RATES, zip_bytes(MEMBER, CSV)).good
    day = good.filter(observed_date=date(2024, 7, 2))
    assert dict(day.select("currency", "units_per_eur").rows()) == {
        "USD": 1.25, "JPY": 150.5, "GBP": 0.8, "SEK": 12.5, "CHF": 1.0, "CAD": 1.5, "CNY": 8.25,
    }  # fmt: skip
    assert set(day["observed_at"]) == {datetime(2024, 7, 2, 12, 15)}
    assert set(day["published_at"]) == {datetime(2024, 7, 2, 14)}
    # A rate that was not set on a day is no row, and currencies nobody needs are none either.
    assert good.height == 13
    assert "BGN" not in good["currency"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(CSV, id="no zip"),
        pytest.param(zip_bytes(MEMBER, CSV)[:-20], id="cut zip"),
        pytest.param(zip_bytes("other.csv", CSV), id="another file"),
        pytest.param(zip_bytes(MEMBER, CSV.replace(b"SEK", b"SKR")), id="currency renamed"),
        pytest.param(zip_bytes(MEMBER, CSV.replace(b"2024-07-02", b"02 July 2024")), id="dates of another form"),
    ],
)
def test_drift_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableBody):
        land(RATES, body)
