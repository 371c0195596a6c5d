"""Good answers of Coinbase Exchange."""

from datetime import date

from tests.ingestion.sources.twin import Twin

_URL = "https://api.exchange.coinbase.com/products/BTC-USD/candles?granularity=3600"
_DAY = date(2026, 9, 14)

TWINS = [Twin("coinbase_exchange/candles_1h", "coinbase-exchange_candles.json", _URL, _DAY, _DAY)]
