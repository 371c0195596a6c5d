"""Payloads of Gate written for this project."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

DAY = date(2026, 5, 11)
HOST = "https://api.gateio.ws/api/v4/futures/usdt"
STATS = Twin("gate/contract_stats_1h", "gate_contract_stats.json", f"{HOST}/contract_stats?contract=BTC_USDT", DAY, DAY)
ORDERS = Twin(
    "gate/liquidation_orders",
    "gate_liq_orders.json",
    f"{HOST}/liq_orders?contract=BTC_USDT&from=1778508000&to=1778511599&limit=1000",
    DAY,
    DAY,
)
TWINS = [STATS, ORDERS]
