"""Deribit's host of everything: the trades of futures that were liquidations, found by paging through all of them."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.deribit import HISTORY, PAGE, by_product, instruments, is_answer, next_trades
from ingestion.epoch import to_timestamp
from ingestion.questions import epoch_ms, get_json
from ingestion.request import Request
from ingestion.row_times import place
from ingestion.sources import Feed
from ingestion.windows import Window

COINS = ("BTC", "ETH")
HOUR_MS = 3_600_000


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """The first page of each hour; `next_trades` goes on from there. A wild day has more pages than one paging may."""
    return [
        get_json(
            dataset,
            Window(day, day),
            f"{HISTORY}/get_last_trades_by_currency_and_time",
            {
                "currency": currency,
                "kind": "future",
                "start_timestamp": epoch_ms(day) + hour * HOUR_MS,
                "end_timestamp": epoch_ms(day) + (hour + 1) * HOUR_MS - 1,
                "count": PAGE,
                "sorting": "asc",
            },
            series=currency,
            gate=is_answer,
        )
        for currency in COINS
        for day in window.days()
        for hour in range(24)
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """The trades of a page in which a position was liquidated, one row for each side that was.

    `direction` is the taker's. T: the taker was liquidated, so a sell closed a long. M: the maker was, who
    stands on the other side, so a sell closed a short. MT: both, which is a long and a short.
    """
    trades = instruments(capture, "result", "trades")
    events = [(trade, flag) for trade in trades for flag in str(trade.get("liquidation") or "")]
    fields = {
        "trade_id": "trade_id",
        "instrument_name": "symbol",
        "timestamp": "stamp",
        "direction": "direction",
        "flag": "flag",
        "liquidation": "liquidation_code",
        "amount": "printed",
        "price": "price",
        "mark_price": "mark_price",
        "index_price": "index_price",
    }
    frame = records_frame([{**trade, "flag": flag} for trade, flag in events], fields, ("mark_price", "index_price"))
    sold, by_taker = pl.col("direction") == "sell", pl.col("flag") == "T"
    is_known = pl.col("direction").is_in(["buy", "sell"]) & pl.col("flag").is_in(["M", "T"])
    frame = by_product(frame, "size").with_columns(
        pl.format("{}-{}", "trade_id", "flag").alias("event_id"),
        to_timestamp("stamp", ("ms",)).alias("observed_at"),
        pl.when(is_known)
        .then(pl.when(sold == by_taker).then(pl.lit("long")).otherwise(pl.lit("short")))
        .alias("liquidated_side"),
    )
    return place(frame, "observed_at", capture)


FEEDS = {"liquidation_trades": Feed(requests, parse, version=2, next_page=next_trades)}
