"""Payloads of Bitfinex written for this project."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

LIQUIDATIONS = Twin(
    "bitfinex/liquidations",
    "bitfinex_liquidations_hist.json",
    "https://api-pub.bitfinex.com/v2/liquidations/hist?start=1778457600000&end=1778543999999&limit=500&sort=1",
    date(2026, 5, 11),
    date(2026, 5, 11),
)
TWINS = [LIQUIDATIONS]
