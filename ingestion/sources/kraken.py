"""Kraken: spot candles in true dollars. A question gives the newest 720 and no question reaches further back."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from ingestion.bodies import gate, reach, read_json, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.questions import get_json, parameters
from ingestion.request import Request
from ingestion.row_times import DAY, HOUR, period_columns, reason_for_time
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://api.kraken.com/0/public/OHLC"
# As asked for, and as the answer calls it.
PAIRS = {"XBTUSD": "XXBTZUSD", "ETHUSD": "XETHZUSD", "USDTUSD": "USDTZUSD"}
LENGTHS = {"ohlc_1h": HOUR, "ohlc_1d": DAY}
CELLS = [
    "time", "open_price", "high_price", "low_price", "close_price", "average_price", "volume_coins", "trades_count",
]  # fmt: skip
is_answer = gate(lambda body: body["error"] == [] and "result" in body, lambda body: body["error"])


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """One question for a pair, whatever the window."""
    minutes = LENGTHS[dataset.name] // timedelta(minutes=1)
    return [
        get_json(
            dataset,
            None,
            f"{URL}?pair={pair}&interval={minutes}",
            gate=is_answer,
            series=pair,
        )
        for pair in PAIRS
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of one answer, seconds, oldest first; the last one is running, and landing leaves it out."""
    pair = parameters(capture.url)["pair"]
    result = reach(read_json(capture), "result")
    told = sorted(set(result) - {"last"}) if isinstance(result, dict) else []
    if len(told) != 1 or told[0] not in (pair, PAIRS.get(pair)):
        raise UnreadableBody(f"{URL}: asked for {pair}, and the answer is about {told}")
    start = to_timestamp("time", ("s",))
    return rows_frame(result[told[0]], CELLS).select(
        pl.lit(pair).alias("symbol"),
        *period_columns(start, LENGTHS[dataset.name]),
        *CELLS[1:],
        reason_for_time(start).alias("_reject"),
    )


FEEDS = {"ohlc_1h": Feed(requests, parse), "ohlc_1d": Feed(requests, parse)}
