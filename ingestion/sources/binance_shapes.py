"""What Binance's files and answers have in common: the candle of twelve cells, and stamps of funding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import polars as pl

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import Unit, to_timestamp
from ingestion.windows import Window

CANDLE = [
    "open_time", "open_price", "high_price", "low_price", "close_price", "volume_coins",
    "close_time", "volume_quote", "trades_count", "taker_buy_coins", "taker_buy_quote", "ignore",
]  # fmt: skip
# A stamp may be late by a second or two; a minute is already another question.
LATEST_STAMP = timedelta(seconds=60)
_LENGTHS = {"1m": timedelta(minutes=1), "1h": timedelta(hours=1), "1d": timedelta(days=1)}


def interval_of(dataset: Dataset) -> str:
    """The candle's length in the venue's words, the last part of the dataset's name: klines_1h -> 1h."""
    return dataset.name.rpartition("_")[2]


def asked_symbol(capture: Capture) -> str:
    """The symbol of a REST question, which the rows of its answer may not name."""
    return parse_qs(urlsplit(capture.url).query)["symbol"][0]


def trade_candles(dataset: Dataset, frame: pl.DataFrame, symbol: str, units: tuple[Unit, ...]) -> pl.DataFrame:
    """Candles of trades: prices in quote per coin, volumes in coins and in quote, the taker's buys among them."""
    return frame.select(*_period(dataset, symbol, units), *CANDLE[1:6], *CANDLE[7:11])


def premium_candles(dataset: Dataset, frame: pl.DataFrame, symbol: str, units: tuple[Unit, ...]) -> pl.DataFrame:
    """Candles of a perpetual's premium over its index: ratios, positive above the index. Nothing trades in them."""
    ratios = [pl.col(f"{name}_price").alias(f"{name}_premium_ratio") for name in ("open", "high", "low", "close")]
    return frame.select(*_period(dataset, symbol, units), *ratios)


def funding_hours(frame: pl.DataFrame, stamp: str, capture: Capture, told: str) -> pl.DataFrame:
    """Adds the hour a funding payment is for, from a stamp some milliseconds off it, and why a row is refused."""
    exact = to_timestamp(stamp, ("ms",))
    timed = frame.with_columns(exact.dt.round("1h").alias("funding_at"), exact.alias("_stamp"))
    is_off = (pl.col("_stamp") - pl.col("funding_at")).abs() > LATEST_STAMP
    return timed.with_columns(
        pl.when(is_off)
        .then(pl.lit("stamp more than a minute off the hour"))
        .otherwise(outside("funding_at", capture, told))
        .alias("_reject")
    )


def outside(time: str, capture: Capture, told: str) -> pl.Expr:
    """A reason for rows whose time is no time, or not of the days the answer covers: a day has an end."""
    day = pl.col(time).dt.date()
    return (
        pl.when(day.is_null())
        .then(pl.lit("time is unreadable or in another unit"))
        .when((day < capture.covers_from) | (day > capture.covers_to))
        .then(pl.lit(told))
    )


def bounds(window: Window, parts: int = 1) -> Iterator[tuple[int, int]]:
    """First and last millisecond, both included, of a run of UTC days, or of equal parts of it.

    >>> day = date(2026, 2, 5)
    >>> list(bounds(Window(day, day), 2))
    [(1770249600000, 1770292799999), (1770292800000, 1770335999999)]
    """
    start, end = _milliseconds(window.first), _milliseconds(window.last + timedelta(days=1))
    step = (end - start) // parts
    for number in range(parts):
        yield start + number * step, start + (number + 1) * step - 1


def _period(dataset: Dataset, symbol: str, units: tuple[Unit, ...]) -> list[pl.Expr]:
    start = to_timestamp("open_time", units)
    length = _LENGTHS[interval_of(dataset)]
    return [
        pl.lit(symbol).alias("symbol"),
        start.alias("period_start_at"),
        (start + length).alias("period_end_at"),
    ]


def _milliseconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000
