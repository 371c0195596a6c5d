"""What Binance's files and answers have in common: the candle of twelve cells, and stamps of funding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import Unit, to_timestamp
from ingestion.questions import epoch_ms, parameters
from ingestion.row_times import OUTSIDE, period_columns, reason_for_time
from ingestion.windows import Window

CANDLE = [
    "open_time", "open_price", "high_price", "low_price", "close_price", "volume_coins",
    "close_time", "volume_quote", "trades_count", "taker_buy_coins", "taker_buy_quote", "ignore",
]  # fmt: skip
# The same without the cells that no candle of trades is made of.
CANDLE_OF_TRADES = [name if name not in ("close_time", "ignore") else None for name in CANDLE]
# A stamp may be late by a second or two; a minute is already another question.
LATEST_STAMP = timedelta(seconds=60)
_LENGTHS = {"1m": timedelta(minutes=1), "1h": timedelta(hours=1), "1d": timedelta(days=1)}


def interval_of(dataset: Dataset) -> str:
    """The candle's length in the venue's words, the last part of the dataset's name: klines_1h -> 1h."""
    return dataset.name.rpartition("_")[2]


def asked_symbol(capture: Capture) -> str:
    """The symbol of a REST question, which the rows of its answer may not name."""
    return parameters(capture.url)["symbol"]


def trade_candles(dataset: Dataset, frame: pl.DataFrame, symbol: str, units: tuple[Unit, ...]) -> pl.DataFrame:
    """Candles of trades: prices in quote per coin, volumes in coins and in quote, the taker's buys among them."""
    return frame.select(*_period(dataset, symbol, units), *CANDLE[1:6], *CANDLE[7:11])


def premium_candles(dataset: Dataset, frame: pl.DataFrame, symbol: str, units: tuple[Unit, ...]) -> pl.DataFrame:
    """Candles of a perpetual's premium over its index: ratios, positive above the index. Nothing trades in them."""
    ratios = [pl.col(f"{name}_price").alias(f"{name}_premium_ratio") for name in ("open", "high", "low", "close")]
    return frame.select(*_period(dataset, symbol, units), *ratios)


def funding_hours(frame: pl.DataFrame, stamp: str, capture: Capture, outside: str = OUTSIDE) -> pl.DataFrame:
    """Adds the hour a funding payment is for, from a stamp some milliseconds off it, and why a row is refused."""
    exact = to_timestamp(stamp, ("ms",))
    timed = frame.with_columns(exact.dt.round("1h").alias("funding_at"), exact.alias("_stamp"))
    is_off = (pl.col("_stamp") - pl.col("funding_at")).abs() > LATEST_STAMP
    return timed.with_columns(
        pl.when(is_off)
        .then(pl.lit("stamp more than a minute off the hour"))
        .otherwise(reason_for_time("funding_at", capture, outside))
        .alias("_reject")
    )


def bounds(window: Window, parts: int = 1) -> Iterator[tuple[int, int]]:
    """First and last millisecond, both included, of a run of UTC days, or of equal parts of it.

    >>> from datetime import date
    >>> day = date(2026, 2, 5)
    >>> list(bounds(Window(day, day), 2))
    [(1770249600000, 1770292799999), (1770292800000, 1770335999999)]
    """
    start, end = epoch_ms(window.first), epoch_ms(window.last + timedelta(days=1))
    step = (end - start) // parts
    for number in range(parts):
        yield start + number * step, start + (number + 1) * step - 1


def _period(dataset: Dataset, symbol: str, units: tuple[Unit, ...]) -> list[pl.Expr]:
    length = _LENGTHS[interval_of(dataset)]
    return [pl.lit(symbol).alias("symbol"), *period_columns(to_timestamp("open_time", units), length)]
