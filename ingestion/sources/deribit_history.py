"""Deribit's host of everything: the trades of futures that were liquidations, found by paging through all of them."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import listed, objects, reach, read_json, records_frame, whole_numbers
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.deribit import HISTORY, PAGE, by_product, is_answer
from ingestion.epoch import to_timestamp
from ingestion.questions import epoch_ms, get_json, last_ms, parameters, with_parameters
from ingestion.request import Request
from ingestion.row_times import place
from ingestion.sources import Feed
from ingestion.windows import Window

COINS = ("BTC", "ETH")


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """The first page of each day; `next_page` goes on from there."""
    return [
        get_json(
            dataset,
            piece,
            f"{HISTORY}/get_last_trades_by_currency_and_time",
            {
                "currency": currency,
                "kind": "future",
                "start_timestamp": epoch_ms(piece.first),
                "end_timestamp": last_ms(piece.last),
                "count": PAGE,
                "sorting": "asc",
            },
            series=currency,
            gate=is_answer,
        )
        for currency in COINS
        for piece in window.pieces(dataset.partition)
    ]


def next_page(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """From the last trade's own moment, since others may share it; the repeats are landed once."""
    result = reach(read_json(capture), "result")
    stamps = whole_numbers(listed(result, "trades"), "timestamp")
    if not reach(result, "has_more") or not stamps:
        return None
    # A page that is one single moment can't be paged by time; a step forward at least ends.
    start = max(max(stamps), int(parameters(request.url)["start_timestamp"]) + 1)
    return with_parameters(request, start_timestamp=start)


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """The trades of a page in which a position was liquidated, one row for each side that was.

    `direction` is the taker's. T: the taker was liquidated, so a sell closed a long. M: the maker was, who
    stands on the other side, so a sell closed a short. MT: both, which is a long and a short.
    """
    trades = objects(read_json(capture), "result", "trades")
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


FEEDS = {"liquidation_trades": Feed(requests, parse, next_page=next_page)}
