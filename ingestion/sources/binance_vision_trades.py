"""Binance's bulk files of aggregated trades by UTC day: millions of rows each, read in pieces.

A row is one taker's fills at one price and moment. Spot has no header and microseconds since 2025; the perpetual has a
header since 2022 and milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial

import polars as pl

from ingestion.archives import stream_single_member
from ingestion.bodies import whole_lines
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import Unit, to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.request import Request
from ingestion.row_times import reason_for_time
from ingestion.sources import Feed
from ingestion.sources.binance_vision_files import COINS, file_name, file_request, symbol_of
from ingestion.windows import Window

# The names that files with a header give, in the order that all files have.
COLUMNS = {
    "agg_trade_id": "trade_id",
    "price": "price",
    "quantity": "quantity_coins",
    "first_trade_id": "first_trade_id",
    "last_trade_id": "last_trade_id",
    "transact_time": "traded",
    "is_buyer_maker": "is_buyer_maker",
}
# Spot prints one more cell, whether the price was the best one: true in every row of it.
WIDTHS = (len(COLUMNS), len(COLUMNS) + 1)


def requests(folder: str, dataset: Dataset, window: Window) -> list[Request]:
    """Files by day, of bitcoin alone: a day of it is as large as a year of everything else."""
    return [
        file_request(dataset, f"{folder}/{symbol}/{symbol}-aggTrades-{day}", symbol, day, day)
        for symbol in COINS[:1]
        for day in window.days()
    ]


def pieces(units: tuple[Unit, ...], dataset: Dataset, capture: Capture) -> Iterator[pl.DataFrame]:
    """A day of trades, some ten thousand at a time, in the order of the file."""
    expected = file_name(capture).removesuffix(".zip") + ".csv"
    names: Sequence[str] = ()
    with capture.open() as packed:
        for text in whole_lines(stream_single_member(packed, expected, math.inf)):
            if not names:
                text = text.removeprefix(b"\xef\xbb\xbf")
                names, text = _names(text, expected)
            if text.strip():
                yield _trades(_cells(text, names, expected), capture, units)
    if not names:
        raise UnreadableBody(f"{expected} is empty")


def parse(units: tuple[Unit, ...], dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """A whole day at once, for files that can be held."""
    held = list(pieces(units, dataset, capture))
    if not held:
        raise UnreadableBody(f"{file_name(capture)}: a header and no row")
    return pl.concat(held)


def _names(text: bytes, what: str) -> tuple[Sequence[str], bytes]:
    """The columns of a file, from its header or from its width, and the rest of the text."""
    first, _, rest = text.partition(b"\n")
    cells = first.decode("utf-8", "replace").strip().split(",")
    if cells[0].isdigit():
        if len(cells) not in WIDTHS:
            raise UnreadableBody(f"{what}: {len(cells)} columns, expected {WIDTHS[0]} or {WIDTHS[1]}")
        return [*COLUMNS, "is_best_match"][: len(cells)], text
    if gone := [name for name in COLUMNS if name not in cells]:
        raise UnreadableBody(f"{what}: first cells {cells} are neither a trade nor a header with {gone}")
    return cells, rest


def _cells(text: bytes, names: Sequence[str], what: str) -> pl.DataFrame:
    try:
        return pl.read_csv(text, has_header=False, schema=dict.fromkeys(names, pl.String), encoding="utf8")
    except pl.exceptions.PolarsError as error:
        raise UnreadableBody(f"{what}: {str(error).splitlines()[0]}") from error


def _trades(cells: pl.DataFrame, capture: Capture, units: tuple[Unit, ...]) -> pl.DataFrame:
    frame = cells.select(pl.col(theirs).alias(ours) for theirs, ours in COLUMNS.items())
    timed = frame.with_columns(
        pl.lit(symbol_of(capture)).alias("symbol"),
        to_timestamp("traded", units).alias("traded_at"),
        # Python's words for it in the spot market, JSON's in the other one.
        pl.col("is_buyer_maker").str.to_lowercase(),
    )
    return timed.with_columns(reason_for_time("traded_at", capture, "outside the day of its file").alias("_reject"))


def _is_zip(capture: Capture) -> bool:
    return capture.status == 200 and capture.url.endswith(".zip")


def _feed(folder: str, units: tuple[Unit, ...]) -> Feed:
    return Feed(partial(requests, folder), partial(parse, units), holds_rows=_is_zip, pieces=partial(pieces, units))


FEEDS = {
    "spot_agg_trades": _feed("spot/daily/aggTrades", ("ms", "us")),
    "um_agg_trades": _feed("futures/um/daily/aggTrades", ("ms",)),
}
