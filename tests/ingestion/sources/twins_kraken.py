"""Good answers of Kraken."""

from tests.ingestion.sources.twin import Twin

_URL = "https://api.kraken.com/0/public/OHLC?pair=XBTUSD&interval=60"

TWINS = [Twin("kraken/ohlc_1h", "kraken_ohlc.json", _URL)]
