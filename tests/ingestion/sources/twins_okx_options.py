"""OKX's option payloads, for the tests that hold for every payload."""

from __future__ import annotations

from tests.ingestion.sources.twin import Twin

STRIKES = Twin(
    "okx_options/open_interest_by_strike",
    "okx_open-interest-volume-strike.json",
    "https://www.okx.com/api/v5/rubik/stat/option/open-interest-volume-strike?ccy=BTC&expTime=20260925",
)
TWINS = [STRIKES]
