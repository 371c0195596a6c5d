"""Payloads of Deribit's futures written for this project; those of its options are the options' own."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

DAY = date(2026, 5, 11)
HOST = "https://www.deribit.com/api/v2/public"
FUNDING = Twin(
    "deribit/funding_1h",
    "deribit_get_funding_rate_history.json",
    f"{HOST}/get_funding_rate_history?instrument_name=BTC-PERPETUAL",
    DAY,
    DAY,
)
CANDLES = Twin(
    "deribit/candles_1h",
    "deribit_get_tradingview_chart_data.json",
    f"{HOST}/get_tradingview_chart_data?instrument_name=BTC-PERPETUAL",
    DAY,
    DAY,
)
SUMMARY = Twin(
    "deribit/futures_summary",
    "deribit_get_book_summary_by_currency_future.json",
    f"{HOST}/get_book_summary_by_currency?currency=BTC&kind=future",
)
LINEAR = Twin(
    "deribit/futures_summary",
    "deribit_get_book_summary_by_currency_future_usdc.json",
    f"{HOST}/get_book_summary_by_currency?currency=USDC&kind=future",
)
TWINS = [FUNDING, CANDLES, SUMMARY, LINEAR]
