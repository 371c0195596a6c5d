"""Payloads of Bybit written for this project."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

DAY = date(2026, 5, 11)
HOST = "https://api.bybit.com/v5/market"
KLINES = Twin("bybit/klines_1h", "bybit_kline.json", f"{HOST}/kline?symbol=ETHUSDT", DAY, DAY)
PREMIUM = Twin(
    "bybit/premium_klines_1h",
    "bybit_premium-index-price-kline.json",
    f"{HOST}/premium-index-price-kline?symbol=BTCUSDT",
    DAY,
    DAY,
)
FUNDING = Twin("bybit/funding", "bybit_funding-history.json", f"{HOST}/funding/history?symbol=ETHUSDT", DAY, DAY)
OPEN_INTEREST = Twin("bybit/open_interest_1h", "bybit_open-interest.json", f"{HOST}/open-interest?a=1", DAY, DAY)
INVERSE = Twin("bybit/open_interest_1h", "bybit_open-interest_inverse.json", f"{HOST}/open-interest?a=2", DAY, DAY)
TWINS = [KLINES, PREMIUM, FUNDING, OPEN_INTEREST, INVERSE]
