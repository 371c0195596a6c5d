"""Binance's spot market by its keyless data host: the candles that the daily files do not have yet."""

from __future__ import annotations

import polars as pl

from ingestion.binance import CANDLE_OF_TRADES, asked_symbol, bounds, interval_of, trade_candles
from ingestion.bodies import gate, read_json, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.row_times import reason_for_time
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://data-api.binance.vision/api/v3/klines"
SYMBOLS = ("BTCUSDT", "ETHUSDT")
# A question gives 1,000 rows at most: a month of hours, half a day of minutes.
DAYS_AND_PARTS = {"1h": (None, 1), "1m": (1, 2)}
is_rows = gate(lambda body: isinstance(body, list), lambda body: body["msg"])


def requests(dataset: Dataset, window: Window) -> list[Request]:
    interval = interval_of(dataset)
    days, parts = DAYS_AND_PARTS[interval]
    return [
        get_json(
            dataset,
            piece,
            f"{URL}?symbol={symbol}&interval={interval}&startTime={start}&endTime={end}&limit=1000",
            gate=is_rows,
            series=symbol,
        )
        for symbol in SYMBOLS
        for piece in window.pieces(dataset.partition, days)
        for start, end in bounds(piece, parts)
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of one answer, milliseconds, oldest first; the last one may be running still."""
    rows = trade_candles(dataset, rows_frame(read_json(capture), CANDLE_OF_TRADES), asked_symbol(capture), ("ms",))
    return rows.with_columns(reason_for_time("period_start_at", capture).alias("_reject"))


FEEDS = {"klines_1h": Feed(requests, parse), "klines_1m": Feed(requests, parse)}
