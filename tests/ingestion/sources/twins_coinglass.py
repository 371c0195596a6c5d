"""Payloads of CoinGlass written for this project."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

DAYS = (date(2026, 5, 11), date(2026, 5, 12))
HOST = "https://open-api-v4.coinglass.com/api"
LIQUIDATIONS = Twin(
    "coinglass/liquidations_1d",
    "coinglass_liquidation-aggregated-history.json",
    f"{HOST}/futures/liquidation/aggregated-history?symbol=BTC",
    *DAYS,
)
OPEN_INTEREST = Twin(
    "coinglass/open_interest_1d",
    "coinglass_open-interest-aggregated-history.json",
    f"{HOST}/futures/open-interest/aggregated-history?symbol=BTC",
    *DAYS,
)
FLOWS = Twin("coinglass/etf_flows_1d", "coinglass_etf-flow-history.json", f"{HOST}/etf/bitcoin/flow-history")
TWINS = [LIQUIDATIONS, OPEN_INTEREST, FLOWS]
