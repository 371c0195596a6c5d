"""Bitstamp: hourly spot candles in true dollars. An hour without a trade is given as a flat one of volume 0."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import polars as pl

from ingestion.bodies import gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://www.bitstamp.net/api/v2/ohlc"
# As asked for, and as the answer calls it.
PAIRS = {"btcusd": "BTC/USD", "ethusd": "ETH/USD"}
HOUR = timedelta(hours=1)
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
        Request(
            source=dataset.source,
            dataset=dataset.name,
            url=f"{URL}/{pair}/?step=3600&limit=1000&start={_seconds(piece.first)}"
            f"&end={_seconds(piece.last + timedelta(days=1)) - 1}",
            kind="json",
            covers_from=piece.first,
            covers_to=piece.last,
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
    start = to_timestamp("time", ("s",))
    rows = records_frame(reach(data, "ohlc"), FIELDS).select(
        pl.lit(pair).alias("symbol"),
        start.alias("period_start_at"),
        (start + HOUR).alias("period_end_at"),
        *list(FIELDS.values())[1:],
    )
    day = pl.col("period_start_at").dt.date()
    return rows.with_columns(
        pl.when(day.is_null())
        .then(pl.lit("time is unreadable or in another unit"))
        .when((day < capture.covers_from) | (day > capture.covers_to))
        .then(pl.lit("outside the days asked for"))
        .alias("_reject")
    )


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


FEEDS = {"ohlc_1h": Feed(requests, parse)}
