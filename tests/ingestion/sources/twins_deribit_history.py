"""Payloads of Deribit's host of all trades written for this project."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

DAY = date(2026, 5, 11)
LIQUIDATIONS = Twin(
    "deribit_history/liquidation_trades",
    "deribit_get_last_trades_by_currency_and_time_future.json",
    "https://history.deribit.com/api/v2/public/get_last_trades_by_currency_and_time"
    "?currency=BTC&kind=future&start_timestamp=1778457600000&end_timestamp=1778543999999&count=1000&sorting=asc",
    DAY,
    DAY,
)
TWINS = [LIQUIDATIONS]
