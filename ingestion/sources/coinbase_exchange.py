"""Coinbase Exchange: spot candles in true dollars, the dollar price of USDT among them."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from ingestion.bodies import gate, read_json, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://api.exchange.coinbase.com/products"
PRODUCTS = ("BTC-USD", "ETH-USD", "USDT-USD")
# Low stands before high, and both before open.
CELLS = ["time", "low_price", "high_price", "open_price", "close_price", "volume_coins"]
LENGTHS = {"candles_1h": timedelta(hours=1), "candles_1d": timedelta(days=1)}
# More than this many candles asked for at once are an error.
MOST_ROWS = 300
is_rows = gate(lambda body: isinstance(body, list), lambda body: body["message"])


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """Runs of days that hold no more than 300 candles; the end is inclusive, so it is a second before midnight."""
    length = LENGTHS[dataset.name]
    days = MOST_ROWS * length // timedelta(days=1)
    seconds = length // timedelta(seconds=1)
    return [
        Request(
            source=dataset.source,
            dataset=dataset.name,
            url=f"{URL}/{product}/candles?granularity={seconds}"
            f"&start={piece.first}T00:00:00Z&end={piece.last}T23:59:59Z",
            kind="json",
            covers_from=piece.first,
            covers_to=piece.last,
            gate=is_rows,
            series=product,
        )
        for product in PRODUCTS
        for piece in window.pieces(dataset.partition, days)
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of one answer, newest first; a candle without a trade is not there at all."""
    product = capture.url.removeprefix(f"{URL}/").partition("/")[0]
    start = to_timestamp("time", ("s",))
    rows = rows_frame(read_json(capture), CELLS).select(
        pl.lit(product).alias("symbol"),
        start.alias("period_start_at"),
        (start + LENGTHS[dataset.name]).alias("period_end_at"),
        "open_price",
        "high_price",
        "low_price",
        "close_price",
        "volume_coins",
    )
    day = pl.col("period_start_at").dt.date()
    return rows.with_columns(
        pl.when(day.is_null())
        .then(pl.lit("time is unreadable or in another unit"))
        .when((day < capture.covers_from) | (day > capture.covers_to))
        .then(pl.lit("outside the days asked for"))
        .alias("_reject")
    )


FEEDS = {"candles_1h": Feed(requests, parse), "candles_1d": Feed(requests, parse)}
