"""Deribit's futures: hourly funding and candles, and the state in the book's summary."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import as_text, listed, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.deribit import LIVE, by_product, instruments, is_answer
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.questions import epoch_ms, get_json, last_ms, parameters
from ingestion.request import Request
from ingestion.row_times import HOUR, period_columns, place, received
from ingestion.sources import Feed
from ingestion.windows import Window

PERPETUALS = ("BTC-PERPETUAL", "ETH-PERPETUAL")
# Contracts that settle in dollars' stablecoin hang under USDC, whatever they are about.
SUMMARIES = ("BTC", "ETH", "USDC")
COINS = ("BTC", "ETH")


def funding_requests(dataset: Dataset, window: Window) -> list[Request]:
    """One question a month, at most the 744 rows of a page. Hours at the start are whole, so that a
    millisecond before midnight finds the first one whether or not the start is inclusive."""
    return [
        get_json(
            dataset,
            piece,
            f"{LIVE}/get_funding_rate_history",
            {
                "instrument_name": name,
                "start_timestamp": epoch_ms(piece.first) - 1,
                "end_timestamp": last_ms(piece.last),
            },
            series=name,
            gate=is_answer,
        )
        for name in PERPETUALS
        for piece in window.pieces(dataset.partition)
    ]


def candle_requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        get_json(
            dataset,
            piece,
            f"{LIVE}/get_tradingview_chart_data",
            {
                "instrument_name": name,
                "start_timestamp": epoch_ms(piece.first),
                "end_timestamp": last_ms(piece.last),
                "resolution": 60,
            },
            series=name,
            gate=is_answer,
        )
        for name in PERPETUALS
        for piece in window.pieces(dataset.partition)
    ]


def summary_requests(dataset: Dataset, window: Window) -> list[Request]:
    url = f"{LIVE}/get_book_summary_by_currency"
    return [
        get_json(dataset, None, url, {"currency": currency, "kind": "future"}, series=currency, gate=is_answer)
        for currency in SUMMARIES
    ]


def parse_funding(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Funding of every hour; positive is paid by longs. The eight-hour figure is the venue's own sum."""
    fields = {
        "timestamp": "stamp",
        "interest_1h": "funding_rate_ratio",
        "interest_8h": "funding_rate_8h_ratio",
        "index_price": "index_price",
        "prev_index_price": "previous_index_price",
    }
    frame = records_frame(reach(read_json(capture), "result"), fields).with_columns(
        pl.lit(parameters(capture.url)["instrument_name"]).alias("symbol"),
        to_timestamp("stamp", ("ms",)).alias("funding_at"),
        pl.lit(1.0).alias("interval_hours"),
    )
    return place(frame, "funding_at", capture)


def parse_candles(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles from parallel lists; volume in coins, cost in dollars. `no_data` has no rows."""
    fields = {
        "ticks": "stamp",
        "open": "open_price",
        "high": "high_price",
        "low": "low_price",
        "close": "close_price",
        "volume": "volume_coins",
        "cost": "volume_quote",
    }
    result = reach(read_json(capture), "result")
    lists = {ours: listed(result, theirs) for theirs, ours in fields.items()}
    lengths = {ours: len(cells) for ours, cells in lists.items()}
    if len(set(lengths.values())) != 1:
        raise UnreadableBody(f"lists of different lengths: {lengths}")
    cells = {ours: [as_text(cell) for cell in found] for ours, found in lists.items()}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(fields.values(), pl.String)).with_columns(
        pl.lit(parameters(capture.url)["instrument_name"]).alias("symbol"),
        *period_columns(to_timestamp("stamp", ("ms",)), HOUR),
    )
    return place(frame, "period_start_at", capture)


def parse_summary(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """State of every future of a coin at the moment of receipt: open interest in dollars where the contract
    is inverse, in coins where it is linear."""
    fields = {
        "instrument_name": "symbol",
        "base_currency": "base",
        "open_interest": "printed",
        "mark_price": "mark_price",
        "mid_price": "mid_price",
        "volume_usd": "volume_24h_usd",
        "funding_8h": "funding_rate_8h_ratio",
        "creation_timestamp": "stamp",
    }
    optional = ("mid_price", "volume_usd", "funding_8h")
    frame = records_frame(instruments(capture, "result"), fields, optional).filter(pl.col("base").is_in(COINS))
    created = to_timestamp("stamp", ("ms",))
    return by_product(frame, "open_interest").with_columns(
        received(capture).alias("observed_at"),
        created.alias("summarised_at"),
    )


FEEDS = {
    "funding_1h": Feed(funding_requests, parse_funding),
    "candles_1h": Feed(candle_requests, parse_candles),
    "futures_summary": Feed(summary_requests, parse_summary, version=2),
}
