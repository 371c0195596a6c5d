"""Derive's payloads, for the tests that hold for every payload."""

from __future__ import annotations

from tests.ingestion.sources.twin import Twin

TICKERS = Twin(
    "derive/tickers",
    "derive_get_tickers.json",
    "https://api.derive.xyz/v3/public/get_tickers",
    request_body=b'{"instrument_type":"option","currency":"BTC","expiry_date":"20260925"}',
)
TWINS = [TICKERS]
