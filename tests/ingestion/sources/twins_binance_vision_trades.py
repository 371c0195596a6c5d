"""A good file of Binance's trades. The payload is the file inside the zip; the answer is the zip."""

from datetime import date
from functools import partial

from ingestion.cases.wire import csv_name, zip_bytes
from tests.ingestion.sources.twin import Twin

DAY = date(2025, 11, 3)
_URL = f"https://data.binance.vision/data/spot/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-{DAY}.zip"
TWINS = [
    Twin(
        "binance_vision_trades/spot_agg_trades",
        "binance-vision_spot-aggTrades.csv",
        _URL,
        DAY,
        DAY,
        wrap=partial(zip_bytes, csv_name(_URL), is_deflated=False),
    )
]
