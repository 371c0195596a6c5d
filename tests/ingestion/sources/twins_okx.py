"""Payloads of OKX written for this project."""

from __future__ import annotations

from datetime import date
from functools import partial

from ingestion.cases.wire import zip_bytes
from tests.ingestion.sources.twin import Twin

DAY = date(2026, 5, 11)
HOST = "https://www.okx.com/api/v5"
CANDLES = Twin(
    "okx/candles_1h", "okx_history-candles.json", f"{HOST}/market/history-candles?instId=ETH-USDT-SWAP", DAY, DAY
)
FUNDING = Twin(
    "okx/funding",
    "okx_funding-rate-history.json",
    f"{HOST}/public/funding-rate-history?instId=ETH-USDT-SWAP",
    DAY,
    DAY,
)
OPEN_INTEREST = Twin(
    "okx/open_interest_1h",
    "okx_open-interest-history.json",
    f"{HOST}/rubik/stat/contracts/open-interest-history?instId=BTC-USD-SWAP",
    DAY,
    DAY,
)
FILES = Twin(
    "okx/market_data_files",
    "okx_market-data-history.json",
    f"{HOST}/public/market-data-history?module=3",
    date(2026, 5, 1),
    date(2026, 5, 31),
)
_MONTH = "ETH-USDT-SWAP-fundingrates-2026-05"
FUNDING_FILE = Twin(
    "okx/funding_files",
    "okx_SWAP-fundingrates.csv",
    f"https://static.okx.com/cdn/okex/traderecords/swaprates/monthly/202605/{_MONTH}.zip",
    wrap=partial(zip_bytes, f"{_MONTH}.csv", is_deflated=False),
    kind="zip",
)
TWINS = [CANDLES, FUNDING, OPEN_INTEREST, FILES, FUNDING_FILE]
