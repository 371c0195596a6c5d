"""Coinbase Exchange: spot candles in true dollars, the dollar price of USDT among them."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from ingestion.bodies import gate, read_json, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.row_times import DAY, HOUR, period_columns, reason_for_time
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://api.exchange.coinbase.com/products"
PRODUCTS = ("BTC-USD", "ETH-USD", "USDT-USD")
# Low stands before high, and both before open.
CELLS = ["time", "low_price", "high_price", "open_price", "close_price", "volume_coins"]
LENGTHS = {"candles_1h": HOUR, "candles_1d": DAY}
# More than this many candles asked for at once are an error.
MOST_ROWS = 300
is_rows = gate(lambda body: isinstance(body, list), lambda body: body["message"])


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """Runs of days that hold no more than 300 candles; the end is inclusive, so it is a second before midnight."""
    length = LENGTHS[dataset.name]
    days = MOST_ROWS * length // DAY
    seconds = length // timedelta(seconds=1)
    return [
        get_json(
            dataset,
            piece,
            f"{URL}/{product}/candles?granularity={seconds}&start={piece.first}T00:00:00Z&end={piece.last}T23:59:59Z",
            gate=is_rows,
            series=product,
        )
        for product in PRODUCTS
        for piece in window.pieces(dataset.partition, days)
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of one answer, newest first; a candle without a trade is not there at all."""
    product = capture.url.removeprefix(f"{URL}/").partition("/")[0]
    rows = rows_frame(read_json(capture), CELLS).select(
        pl.lit(product).alias("symbol"),
        *period_columns(to_timestamp("time", ("s",)), LENGTHS[dataset.name]),
        "open_price",
        "high_price",
        "low_price",
        "close_price",
        "volume_coins",
    )
    return rows.with_columns(reason_for_time("period_start_at", capture).alias("_reject"))


FEEDS = {"candles_1h": Feed(requests, parse), "candles_1d": Feed(requests, parse)}
