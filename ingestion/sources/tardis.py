"""Tardis: every change of Deribit's option chain on the first day of a month, the days it gives without a key.

A file has a hundred million rows and more. It is read in pieces, and of each instrument and minute only the last
row is kept, so that memory depends on the size of the chain and not on that of the file.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from ingestion.bodies import csv_frame, whole_lines
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.request import Request
from ingestion.row_times import period_columns
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://datasets.tardis.dev/v1/deribit/options_chain"
PIECE_BYTES = 4 * 1024 * 1024
# Rows held before those of the same minute are reduced to one again.
ROWS_HELD = 30_000
MINUTE = timedelta(minutes=1)
# Coin-margined options on bitcoin and ether; linear ones (BTC_USDC-…) and other coins are in the same file.
_WANTED = r"^(BTC|ETH)-"
_COLUMNS = {
    "symbol": "instrument_name",
    "timestamp": "quoted",
    "local_timestamp": "received",
    "type": "option_type",
    "strike_price": "strike_price",
    "expiration": "expiration",
    "open_interest": "open_interest_coins",
    "last_price": "last_price_coins",
    "bid_price": "bid_price_coins",
    "bid_amount": "bid_size_coins",
    "bid_iv": "bid_iv",
    "ask_price": "ask_price_coins",
    "ask_amount": "ask_size_coins",
    "ask_iv": "ask_iv",
    "mark_price": "mark_price_coins",
    "mark_iv": "mark_iv",
    "underlying_index": "underlying_index",
    "underlying_price": "underlying_price",
    "delta": "delta",
}


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        Request(
            source=dataset.source,
            dataset=dataset.name,
            url=f"{URL}/{day:%Y/%m/%d}/OPTIONS.csv.gz",
            kind="gzip",
            covers_from=day,
            covers_to=day,
        )
        for day in window.days()
        if day.day == 1
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """The chain at the end of each minute: percent become fractions, zero volatility of an absent quote nothing."""
    held: list[pl.DataFrame] = []
    for piece in _pieces(capture):
        held.append(_on_its_own(_last_of_minute(csv_frame(piece, _COLUMNS, capture.url))))
        if sum(frame.height for frame in held) > max(ROWS_HELD, 2 * held[0].height):
            held = [_on_its_own(_last_of_minute(pl.concat(held)))]
    if not held:
        raise UnreadableBody(f"{capture.url} is empty")
    frame = _last_of_minute(pl.concat(held))
    minute, expiry = pl.col("minute"), to_timestamp("expiration", ("us",))
    mark_iv = pl.col("mark_iv").cast(pl.Float64, strict=False)
    quotes = {name: pl.col(name).cast(pl.Float64, strict=False) for name in ("bid_iv", "ask_iv")}
    return frame.with_columns(
        pl.col("instrument_name").str.extract(_WANTED, 1).alias("currency"),
        *period_columns(minute, MINUTE),
        to_timestamp("quoted", ("us",)).alias("quoted_at"),
        expiry.alias("expiry_at"),
        (mark_iv / 100).alias("mark_iv_ratio"),
        *[pl.when(iv != 0).then(iv / 100).alias(f"{name}_ratio") for name, iv in quotes.items()],
        pl.when(minute.is_null() | expiry.is_null())
        .then(pl.lit("time is unreadable or in another unit"))
        .when(minute.dt.date() != capture.covers_from)
        .then(pl.lit("outside the day of its file"))
        .alias("_reject"),
    )


def _pieces(capture: Capture) -> Iterator[bytes]:
    """The file in pieces of whole lines, each under the header. A file that was cut has no valid end and is none."""
    try:
        with capture.open() as packed, gzip.GzipFile(fileobj=packed) as stream:
            header = stream.readline()
            for piece in whole_lines(iter(lambda: stream.read(PIECE_BYTES), b"")):
                yield header + piece
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableBody(f"{capture.url}: not a whole gzip file: {error}") from error


def _last_of_minute(rows: pl.DataFrame) -> pl.DataFrame:
    """The newest row of each instrument and minute, by the time the recorder received it; days are cut by it too."""
    return (
        rows.filter(pl.col("instrument_name").str.contains(_WANTED))
        .with_columns(to_timestamp("received", ("us",)).dt.truncate("1m").alias("minute"))
        .sort("received", "quoted", maintain_order=True)
        .unique(["instrument_name", "minute"], keep="last", maintain_order=True)
    )


def _on_its_own(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows without the text of those that were left out, which Polars would hold along with them."""
    return pl.DataFrame(rows.to_arrow(compat_level=pl.CompatLevel.oldest()))


FEEDS = {"options_chain_first_of_month": Feed(requests, parse)}
