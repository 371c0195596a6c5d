"""Payloads of Hyperliquid written for this project."""

from __future__ import annotations

from datetime import date

from tests.ingestion.sources.twin import Twin

DAY = date(2026, 5, 11)
URL = "https://api.hyperliquid.xyz/info"
CANDLES = Twin("hyperliquid/candles_1h", "hyperliquid_candleSnapshot.json", URL, DAY, DAY, b'{"type":"candleSnapshot"}')
FUNDING = Twin("hyperliquid/funding_1h", "hyperliquid_fundingHistory.json", URL, DAY, DAY, b'{"type":"fundingHistory"}')
CONTEXTS = Twin(
    "hyperliquid/asset_contexts", "hyperliquid_metaAndAssetCtxs.json", URL, request_body=b'{"type":"metaAndAssetCtxs"}'
)
TWINS = [CANDLES, FUNDING, CONTEXTS]
