"""Binance's USD-M perpetuals by REST: candles, premium, funding and open interest that the files lack so far."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from ingestion.binance import (
    CANDLE,
    LATEST_STAMP,
    asked_symbol,
    bounds,
    funding_hours,
    interval_of,
    premium_candles,
    trade_candles,
)
from ingestion.bodies import gate, read_json, records_frame, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.row_times import period_columns, reason_for_time
from ingestion.sources import Feed
from ingestion.windows import Window

HOST = "https://fapi.binance.com"
COINS = ("BTCUSDT", "ETHUSDT")
METALS = ("XAUUSDT", "XAGUSDT")
FIVE_MINUTES = timedelta(minutes=5)
# The stamp of open interest is the end of its five minutes before this label, and the start from it on. The
# endpoint does not say so. It prints the stamps of the venue's daily files, whose archived copies change here.
# It reaches back 30 days, so every label it can still give is a start.
LABELS_ARE_STARTS_SINCE = datetime(2026, 7, 12)
is_rows = gate(lambda body: isinstance(body, list), lambda body: body["msg"])
is_reading = gate(lambda body: "openInterest" in body, lambda body: body["msg"])


def _ask(dataset: Dataset, path: str, symbol: str, piece: Window | None = None) -> Request:
    return get_json(dataset, piece, f"{HOST}/{path}", series=symbol, gate=is_rows if piece else is_reading)


def _candles(dataset: Dataset, window: Window, name: str, symbols: tuple[str, ...]) -> list[Request]:
    """A month of hours a question: 744 rows, and 1,000 are asked for."""
    return [
        _ask(
            dataset,
            f"fapi/v1/{name}?symbol={symbol}&interval={interval_of(dataset)}&startTime={start}&endTime={end}&limit=1000",
            symbol,
            piece,
        )
        for symbol in symbols
        for piece in window.pieces(dataset.partition)
        for start, end in bounds(piece)
    ]


def candle_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _candles(dataset, window, "klines", COINS + METALS)


def premium_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _candles(dataset, window, "premiumIndexKlines", COINS)


def funding_requests(dataset: Dataset, window: Window) -> list[Request]:
    """A month a question: 744 payments even where one is made every hour.

    Asked a minute early at both ends, so that a stamp just before midnight comes with the day its payment is of.
    """
    early = LATEST_STAMP // timedelta(milliseconds=1)
    return [
        _ask(
            dataset,
            f"fapi/v1/fundingRate?symbol={symbol}&startTime={start - early}&endTime={end - early}&limit=1000",
            symbol,
            piece,
        )
        for symbol in COINS
        for piece in window.pieces(dataset.partition)
        for start, end in bounds(piece)
    ]


def history_requests(dataset: Dataset, window: Window) -> list[Request]:
    """A day a question, and the next midnight too: where labels are ends, that one is of the day's last period."""
    return [
        _ask(
            dataset,
            f"futures/data/openInterestHist?symbol={symbol}&period=5m&startTime={start}&endTime={end + 1}&limit=500",
            symbol,
            piece,
        )
        for symbol in COINS
        for piece in window.pieces(dataset.partition, 1)
        for start, end in bounds(piece)
    ]


def reading_requests(dataset: Dataset, window: Window) -> list[Request]:
    return [_ask(dataset, f"fapi/v1/openInterest?symbol={symbol}", symbol) for symbol in COINS]


def parse_candles(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of one answer, milliseconds, oldest first; the last one may be running still."""
    rows = trade_candles(dataset, rows_frame(read_json(capture), CANDLE), asked_symbol(capture), ("ms",))
    return rows.with_columns(reason_for_time("period_start_at", capture).alias("_reject"))


def parse_premium(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """The premium over the index in one answer: ratios, positive above the index."""
    rows = premium_candles(dataset, rows_frame(read_json(capture), CANDLE), asked_symbol(capture), ("ms",))
    return rows.with_columns(reason_for_time("period_start_at", capture).alias("_reject"))


def parse_funding(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Funding of one answer: a ratio per interval, positive when longs pay. The interval's length is not told."""
    fields = {
        "symbol": "symbol",
        "fundingTime": "stamp",
        "fundingRate": "funding_rate_ratio",
        "markPrice": "mark_price",
    }
    rows = records_frame(read_json(capture), fields, optional=("markPrice",))
    return funding_hours(rows, "stamp", capture).select(
        "symbol", "funding_at", "funding_rate_ratio", "mark_price", "_reject"
    )


def parse_history(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Open interest of one answer, in coins and in quote, every row on the five minutes it is about."""
    fields = {
        "symbol": "symbol",
        "timestamp": "stamp",
        "sumOpenInterest": "open_interest_coins",
        "sumOpenInterestValue": "open_interest_quote",
    }
    rows = records_frame(read_json(capture), fields)
    rows = rows.with_columns(to_timestamp("stamp", ("ms",)).alias("source_label_at"))
    label, midnight = pl.col("source_label_at"), pl.col("source_label_at").dt.truncate("1d")
    is_start = label >= LABELS_ARE_STARTS_SINCE
    start = pl.when(is_start).then(label).otherwise(label - FIVE_MINUTES)
    dated = rows.select(
        "symbol",
        *period_columns(start, FIVE_MINUTES),
        "source_label_at",
        pl.when(is_start).then(pl.lit("period_start")).otherwise(pl.lit("period_end")).alias("label_convention"),
        "open_interest_coins",
        "open_interest_quote",
    ).with_columns(reason_for_time("period_start_at", capture).alias("_reject"))
    # Both midnights of a day were asked for, and one of them is about its neighbour, whatever the convention.
    return dated.filter(pl.col("_reject").is_null() | (label != midnight).fill_null(True))


def parse_reading(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Open interest now, in coins, one side."""
    fields = {"symbol": "symbol", "time": "stamp", "openInterest": "open_interest_coins"}
    observed = to_timestamp("stamp", ("ms",))
    return records_frame([read_json(capture)], fields).select(
        "symbol",
        observed.alias("observed_at"),
        "open_interest_coins",
        reason_for_time(observed).alias("_reject"),
    )


FEEDS = {
    "klines_1h": Feed(candle_requests, parse_candles),
    "premium_klines_1h": Feed(premium_requests, parse_premium),
    "funding_rate": Feed(funding_requests, parse_funding),
    "open_interest_history_5m": Feed(history_requests, parse_history),
    "open_interest": Feed(reading_requests, parse_reading),
}
