"""Bybit: hourly candles, premium index, funding and open interest of its perpetuals."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import gate, reach, read_json, records_frame, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.funding import with_interval_hours
from ingestion.questions import epoch_ms, get_json, last_ms
from ingestion.request import Request
from ingestion.row_times import DAY, HOUR, period_columns, place
from ingestion.sources import Feed
from ingestion.windows import Window

HOST = "https://api.bybit.com/v5/market"
LINEAR = ("BTCUSDT", "ETHUSDT")
OPEN_INTEREST = (("linear", "BTCUSDT"), ("linear", "ETHUSDT"), ("inverse", "BTCUSD"))
CANDLE = ["start", "open_price", "high_price", "low_price", "close_price", "volume_coins", "volume_quote"]
PREMIUM = ["start", *(f"{name}_premium_ratio" for name in ("open", "high", "low", "close"))]
# A week and the day before it are 192 rows, under the page of 200 even if payments or points are hourly.
DAYS_OF_HOURS = 7

# Errors, and the limit of requests too (10006), come with status 200.
_is_answer = gate(lambda body: body["retCode"] == 0, lambda body: f"{body['retCode']} {body['retMsg']}")


def kline_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _candle_requests(dataset, window, "kline")


def premium_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _candle_requests(dataset, window, "premium-index-price-kline")


def _candle_requests(dataset: Dataset, window: Window, path: str) -> list[Request]:
    """One question a month, at most 744 of the 1,000 rows of a page."""
    return [
        get_json(
            dataset,
            piece,
            f"{HOST}/{path}",
            {
                "category": "linear",
                "symbol": symbol,
                "interval": 60,
                "start": epoch_ms(piece.first),
                "end": last_ms(piece.last),
                "limit": 1000,
            },
            series=symbol,
            gate=_is_answer,
        )
        for symbol in LINEAR
        for piece in window.pieces(dataset.partition)
    ]


def funding_requests(dataset: Dataset, window: Window) -> list[Request]:
    """Both ends are always given: a start alone is an error there."""
    return [
        get_json(
            dataset,
            piece,
            f"{HOST}/funding/history",
            {
                "category": "linear",
                "symbol": symbol,
                "startTime": epoch_ms(piece.first - DAY),
                "endTime": last_ms(piece.last),
                "limit": 200,
            },
            series=symbol,
            gate=_is_answer,
        )
        for symbol in LINEAR
        for piece in window.pieces(dataset.partition, DAYS_OF_HOURS)
    ]


def open_interest_requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        get_json(
            dataset,
            piece,
            f"{HOST}/open-interest",
            {
                "category": category,
                "symbol": symbol,
                "intervalTime": "1h",
                "startTime": epoch_ms(piece.first),
                "endTime": last_ms(piece.last),
                "limit": 200,
            },
            series=f"{category} {symbol}",
            gate=_is_answer,
        )
        for category, symbol in OPEN_INTEREST
        for piece in window.pieces(dataset.partition, DAYS_OF_HOURS)
    ]


def parse_klines(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles, newest first at the source; the newest may still be running."""
    return _candles(capture, CANDLE)


def parse_premium(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of the premium index, a fraction of the index price; below zero the perpetual is the cheaper one."""
    return _candles(capture, PREMIUM)


def _candles(capture: Capture, columns: list[str]) -> pl.DataFrame:
    body = read_json(capture)
    frame = rows_frame(reach(body, "result", "list"), columns).with_columns(
        pl.lit(str(reach(body, "result", "symbol"))).alias("symbol"),
        *period_columns(to_timestamp("start", ("ms",)), HOUR),
    )
    return place(frame, "period_start_at", capture)


def parse_funding(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Payments made; a positive rate is paid by longs to shorts."""
    fields = {"symbol": "symbol", "fundingRate": "funding_rate_ratio", "fundingRateTimestamp": "stamp"}
    frame = records_frame(reach(read_json(capture), "result", "list"), fields)
    frame = frame.with_columns(to_timestamp("stamp", ("ms",)).alias("funding_at"))
    return place(with_interval_hours(frame), "funding_at", capture, before=DAY)


def parse_open_interest(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Points of open interest: coins where the contract is linear, dollars where it is inverse."""
    body = read_json(capture)
    product = str(reach(body, "result", "category"))
    fields = {"openInterest": "printed", "timestamp": "stamp"}
    frame = records_frame(reach(body, "result", "list"), fields).with_columns(
        pl.lit(str(reach(body, "result", "symbol"))).alias("symbol"),
        pl.lit(product).alias("product"),
        to_timestamp("stamp", ("ms",)).alias("observed_at"),
    )
    nothing = pl.lit(None, dtype=pl.String)
    return place(frame, "observed_at", capture).with_columns(
        (pl.col("printed") if product == "linear" else nothing).alias("open_interest_coins"),
        (pl.col("printed") if product == "inverse" else nothing).alias("open_interest_usd"),
    )


FEEDS = {
    "klines_1h": Feed(kline_requests, parse_klines),
    "premium_klines_1h": Feed(premium_requests, parse_premium),
    "funding": Feed(funding_requests, parse_funding),
    "open_interest_1h": Feed(open_interest_requests, parse_open_interest),
}
