"""Good answers of Binance's spot data host."""

from datetime import date

from tests.ingestion.sources.twin import Twin

_URL = "https://data-api.binance.vision/api/v3/klines?symbol=ETHUSDT&interval={}&startTime=1762128000000&limit=1000"
_DAY = date(2025, 11, 3)

TWINS = [
    Twin("binance_spot/klines_1m", "binance-spot_klines.json", _URL.format("1m"), _DAY, _DAY),
]
