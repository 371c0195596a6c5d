"""Bitstamp: hourly spot candles in true dollars. An hour without a trade is given as a flat one of volume 0."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.questions import epoch_s, get_json, last_s
from ingestion.request import Request
from ingestion.row_times import HOUR, period_columns, reason_for_time
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://www.bitstamp.net/api/v2/ohlc"
# As asked for, and as the answer calls it.
PAIRS = {"btcusd": "BTC/USD", "ethusd": "ETH/USD"}
FIELDS = {
    "timestamp": "time",
    "open": "open_price",
    "high": "high_price",
    "low": "low_price",
    "close": "close_price",
    "volume": "volume_coins",
}
is_answer = gate(lambda body: isinstance(body["data"]["ohlc"], list), lambda body: body.get("errors", body.get("code")))


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """A month of hours a question: 744 rows of the 1,000 allowed."""
    return [
        get_json(
            dataset,
            piece,
            f"{URL}/{pair}/?step=3600&limit=1000&start={epoch_s(piece.first)}&end={last_s(piece.last)}",
            gate=is_answer,
            series=pair,
        )
        for pair in PAIRS
        for piece in window.pieces(dataset.partition)
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of one answer, seconds as text, oldest first; the last one may be running still."""
    pair = capture.url.removeprefix(f"{URL}/").partition("/")[0]
    data = reach(read_json(capture), "data")
    if reach(data, "pair") != PAIRS.get(pair):
        raise UnreadableBody(f"{URL}: asked for {pair}, and the answer is about {data['pair']!r}")
    rows = records_frame(reach(data, "ohlc"), FIELDS).select(
        pl.lit(pair).alias("symbol"),
        *period_columns(to_timestamp("time", ("s",)), HOUR),
        *list(FIELDS.values())[1:],
    )
    return rows.with_columns(reason_for_time("period_start_at", capture).alias("_reject"))


FEEDS = {"ohlc_1h": Feed(requests, parse)}
