"""Payloads of Coinalyze written for this project."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

DAYS = (date(2026, 5, 11), date(2026, 5, 12))
HOST = "https://api.coinalyze.net/v1"
LIQUIDATIONS = Twin(
    "coinalyze/liquidations_1d", "coinalyze_liquidation-history.json", f"{HOST}/liquidation-history?a=1", *DAYS
)
OPEN_INTEREST = Twin(
    "coinalyze/open_interest_1d", "coinalyze_open-interest-history.json", f"{HOST}/open-interest-history?a=1", *DAYS
)
TWINS = [LIQUIDATIONS, OPEN_INTEREST]
