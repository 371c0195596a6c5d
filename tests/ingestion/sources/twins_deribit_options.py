"""Deribit's option payloads, for the tests that hold for every payload."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

LIVE = "https://www.deribit.com/api/v2/public"
HISTORY = "https://history.deribit.com/api/v2/public"
DAY = date(2026, 9, 14)
DELIVERED = date(2026, 9, 11)

CHAIN = Twin(
    "deribit_options/book_summary",
    "deribit_get_book_summary_by_currency.json",
    f"{LIVE}/get_book_summary_by_currency?currency=BTC&kind=option",
)
LISTING = Twin(
    "deribit_options/instruments",
    "deribit_get_instruments.json",
    f"{LIVE}/get_instruments?currency=BTC&kind=option&expired=false",
)
TRADES = Twin(
    "deribit_options/option_trades",
    "deribit_get_last_trades_by_currency_and_time.json",
    f"{HISTORY}/get_last_trades_by_currency_and_time?currency=BTC&start_timestamp=1789344000000"
    "&end_timestamp=1789430399999&kind=option&count=1000&sorting=asc",
    DAY,
    DAY,
)
INDEX = Twin(
    "deribit_options/volatility_index_1h",
    "deribit_get_volatility_index_data.json",
    f"{LIVE}/get_volatility_index_data?currency=BTC&start_timestamp=1789344000000"
    "&end_timestamp=1789430399999&resolution=3600",
    DAY,
    DAY,
)
DELIVERIES = Twin(
    "deribit_options/settlements",
    "deribit_get_last_settlements_by_currency.json",
    f"{LIVE}/get_last_settlements_by_currency?currency=BTC&type=delivery&count=1000"
    "&search_start_timestamp=1789171199999",
    DELIVERED,
    DELIVERED,
)
TWINS = [CHAIN, LISTING, TRADES, INDEX, DELIVERIES]
