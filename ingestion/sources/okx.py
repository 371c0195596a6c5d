"""OKX: hourly candles, paid funding and open interest of its swaps. Its files are in okx_files.py."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import reach, read_json, records_frame, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.funding import with_interval_hours
from ingestion.questions import epoch_ms, get_json, last_ms, parameters
from ingestion.request import Request
from ingestion.row_times import DAY, HOUR, period_columns, place
from ingestion.sources import Feed
from ingestion.sources.okx_files import (
    API,
    file_requests,
    funding_file_requests,
    is_answer,
    is_file,
    next_funding_file,
    parse_files,
    parse_funding_file,
)
from ingestion.windows import Window

SWAPS = ("BTC-USDT-SWAP", "ETH-USDT-SWAP")
OPEN_INTEREST = (*SWAPS, "BTC-USD-SWAP")
CANDLE = [
    "stamp", "open_price", "high_price", "low_price", "close_price",
    "volume_contracts", "volume_coins", "volume_quote", "confirm",
]  # fmt: skip
# Four days are 96 hours, under the page of 100.
DAYS_OF_HOURS = 4
# Fifteen days and the one before are 384 rows even if payments are hourly, under the page of 400.
DAYS_OF_FUNDING = 15


def candle_requests(dataset: Dataset, window: Window) -> list[Request]:
    """`after` gives rows older than a stamp and `before` newer ones, neither with the stamp itself."""
    return [
        get_json(
            dataset,
            piece,
            f"{API}/market/history-candles",
            {
                "instId": swap,
                "bar": "1H",
                "after": last_ms(piece.last) + 1,
                "before": epoch_ms(piece.first) - 1,
                "limit": 100,
            },
            series=swap,
            gate=is_answer,
        )
        for swap in SWAPS
        for piece in window.pieces(dataset.partition, DAYS_OF_HOURS)
    ]


def funding_requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        get_json(
            dataset,
            piece,
            f"{API}/public/funding-rate-history",
            {
                "instId": swap,
                "after": last_ms(piece.last) + 1,
                "before": epoch_ms(piece.first - DAY) - 1,
                "limit": 400,
            },
            series=swap,
            gate=is_answer,
        )
        for swap in SWAPS
        for piece in window.pieces(dataset.partition, DAYS_OF_FUNDING)
    ]


def open_interest_requests(dataset: Dataset, window: Window) -> list[Request]:
    """Whether ends are inclusive is not documented: a millisecond before the hour is right either way."""
    return [
        get_json(
            dataset,
            piece,
            f"{API}/rubik/stat/contracts/open-interest-history",
            {
                "instId": swap,
                "period": "1H",
                "begin": epoch_ms(piece.first) - 1,
                "end": last_ms(piece.last),
                "limit": 100,
            },
            series=swap,
            gate=is_answer,
        )
        for swap in OPEN_INTEREST
        for piece in window.pieces(dataset.partition, DAYS_OF_HOURS)
    ]


def parse_candles(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Finished candles; one the venue has not confirmed is left out, even if its hour is over."""
    frame = rows_frame(reach(read_json(capture), "data"), CANDLE).filter(pl.col("confirm").ne_missing("0"))
    frame = frame.with_columns(
        pl.lit(parameters(capture.url)["instId"]).alias("symbol"), *period_columns(to_timestamp("stamp", ("ms",)), HOUR)
    )
    return place(frame, "period_start_at", capture).with_columns(
        pl.coalesce(
            "_reject", pl.when(pl.col("confirm").ne_missing("1")).then(pl.lit("confirm is neither 0 nor 1"))
        ).alias("_reject")
    )


def parse_funding(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Payments: the rate that was paid, and the one announced before. Positive: longs pay shorts."""
    fields = {
        "instId": "symbol",
        "realizedRate": "funding_rate_ratio",
        "fundingRate": "announced_rate_ratio",
        "fundingTime": "stamp",
    }
    frame = records_frame(reach(read_json(capture), "data"), fields)
    frame = frame.with_columns(to_timestamp("stamp", ("ms",)).alias("funding_at"))
    return place(with_interval_hours(frame), "funding_at", capture, before=DAY)


def parse_open_interest(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Points of open interest in contracts, coins and dollars, as the venue converts them."""
    columns = ["stamp", "open_interest_contracts", "open_interest_coins", "open_interest_usd"]
    swap = parameters(capture.url)["instId"]
    frame = rows_frame(reach(read_json(capture), "data"), columns).with_columns(
        pl.lit(swap).alias("symbol"),
        pl.lit("inverse" if swap.split("-")[1] == "USD" else "linear").alias("product"),
        to_timestamp("stamp", ("ms",)).alias("observed_at"),
    )
    return place(frame, "observed_at", capture)


FEEDS = {
    "candles_1h": Feed(candle_requests, parse_candles),
    "funding": Feed(funding_requests, parse_funding),
    "open_interest_1h": Feed(open_interest_requests, parse_open_interest),
    "market_data_files": Feed(file_requests, parse_files),
    "funding_files": Feed(funding_file_requests, parse_funding_file, holds_rows=is_file, next_page=next_funding_file),
}
