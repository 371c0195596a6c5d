"""Good answers of Bitstamp."""

from datetime import date

from tests.ingestion.sources.twin import Twin

_URL = "https://www.bitstamp.net/api/v2/ohlc/btcusd/?step=3600&limit=1000"
_DAY = date(2026, 9, 14)

TWINS = [Twin("bitstamp/ohlc_1h", "bitstamp_ohlc.json", _URL, _DAY, _DAY)]
