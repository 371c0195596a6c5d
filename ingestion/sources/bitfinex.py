"""Bitfinex: liquidations of its derivatives, event by event."""

from __future__ import annotations

from typing import Any

import polars as pl

from ingestion.bodies import gate, listed, read_json, rows_frame, whole_numbers
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.questions import epoch_ms, get_json, last_ms, parameters
from ingestion.request import Request
from ingestion.row_times import place
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://api-pub.bitfinex.com/v2/liquidations/hist"
PAGE = 500
COLUMNS = [
    "kind", "position_id", "stamp", "_3", "symbol", "signed_size",
    "entry_price", "_7", "is_match", "is_market_sold", "_10", "price",
]  # fmt: skip

_is_answer = gate(lambda body: isinstance(body, list) and body[:1] != ["error"], lambda body: body)


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """Whole months, paged: three questions a minute are too few for one a day."""
    return [_page(dataset, piece, epoch_ms(piece.first)) for piece in window.pieces(dataset.partition)]


def next_page(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """From the last event's own moment, since others may share it; the repeats are landed once."""
    stamps = whole_numbers(_rows(read_json(capture)), 2)
    if len(stamps) < PAGE or capture.covers_from is None or capture.covers_to is None:
        return None
    start = max(max(stamps), int(parameters(capture.url)["start"]) + 1)
    return _page(dataset, Window(capture.covers_from, capture.covers_to), start)


def _page(dataset: Dataset, piece: Window, start_ms: int) -> Request:
    params = {"start": start_ms, "end": last_ms(piece.last), "limit": PAGE, "sort": 1}
    return get_json(dataset, piece, URL, params, gate=_is_answer)


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Events on bitcoin and ether. A positive amount is a long that was closed, a negative one a short.

    A position is told twice: when its liquidation was triggered, and when it was carried out (`is_match`).
    """
    frame = rows_frame(_rows(read_json(capture)), COLUMNS)
    frame = frame.filter(pl.col("symbol").str.contains(r"^t(BTC|ETH)F0:").fill_null(True))
    size = pl.col("signed_size").cast(pl.Float64, strict=False)
    frame = frame.with_columns(
        pl.concat_str(["position_id", "stamp", "is_match"], separator=":").alias("event_id"),
        to_timestamp("stamp", ("ms",)).alias("observed_at"),
        pl.when(size > 0).then(pl.lit("long")).when(size < 0).then(pl.lit("short")).alias("liquidated_side"),
        size.abs().alias("size_coins"),
        pl.when(pl.col("is_match") == "1")
        .then(pl.lit("executed"))
        .when(pl.col("is_match") == "0")
        .then(pl.lit("triggered"))
        .alias("stage"),
        pl.when(pl.col("is_market_sold") == "1")
        .then(pl.lit("market"))
        .when(pl.col("is_market_sold") == "0")
        .then(pl.lit("venue"))
        .alias("taken_by"),
    )
    return place(frame, "observed_at", capture)


def _rows(body: Any) -> list[list[Any]]:
    """Every event stands in a list of its own."""
    rows = [row for event in listed(body) for row in listed(event)]
    if any(not isinstance(row, list) or len(row) != len(COLUMNS) or row[0] != "pos" for row in rows):
        raise UnreadableBody(f"an event is not a 'pos' of {len(COLUMNS)} cells")
    return rows


FEEDS: dict[str, Feed] = {"liquidations": Feed(requests, parse, next_page=next_page)}
