"""Deribit's futures: hourly funding and candles, the state of the book's summary, and trades that were liquidations."""

from __future__ import annotations

import orjson
import polars as pl

from ingestion.bodies import as_text, gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.sources.perpetuals import HOUR, asked, epoch_ms, last_ms, listed, objects, place, question
from ingestion.windows import Window

HOST = "https://www.deribit.com/api/v2/public"
# The only host that gives back every trade.
HISTORY_HOST = "https://history.deribit.com/api/v2/public"
PERPETUALS = ("BTC-PERPETUAL", "ETH-PERPETUAL")
# Contracts that settle in dollars' stablecoin hang under USDC, whatever they are about.
SUMMARIES = ("BTC", "ETH", "USDC")
COINS = ("BTC", "ETH")
PAGE = 1000
_IS_LINEAR = pl.col("symbol").str.contains("_USD", literal=True)

_is_answer = gate(lambda body: "result" in body and "error" not in body, lambda body: body["error"])


def funding_requests(dataset: Dataset, window: Window) -> list[Request]:
    """One question a month, at most the 744 rows of a page. Hours at the start are whole, so that a
    millisecond before midnight finds the first one whether or not the start is inclusive."""
    return [
        question(
            dataset,
            piece,
            f"{HOST}/get_funding_rate_history",
            {
                "instrument_name": name,
                "start_timestamp": epoch_ms(piece.first) - 1,
                "end_timestamp": last_ms(piece.last),
            },
            series=name,
            gate=_is_answer,
        )
        for name in PERPETUALS
        for piece in window.pieces(dataset.partition)
    ]


def candle_requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        question(
            dataset,
            piece,
            f"{HOST}/get_tradingview_chart_data",
            {
                "instrument_name": name,
                "start_timestamp": epoch_ms(piece.first),
                "end_timestamp": last_ms(piece.last),
                "resolution": 60,
            },
            series=name,
            gate=_is_answer,
        )
        for name in PERPETUALS
        for piece in window.pieces(dataset.partition)
    ]


def summary_requests(dataset: Dataset, window: Window) -> list[Request]:
    url = f"{HOST}/get_book_summary_by_currency"
    return [
        question(dataset, None, url, {"currency": currency, "kind": "future"}, series=currency, gate=_is_answer)
        for currency in SUMMARIES
    ]


def liquidation_requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        _trades(dataset, piece, currency, epoch_ms(piece.first))
        for currency in COINS
        for piece in window.pieces(dataset.partition)
    ]


def next_liquidation_page(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """From the last trade's own moment, since others may share it; the repeats are landed once."""
    result = reach(orjson.loads(capture.body), "result")
    stamps = [reach(trade, "timestamp") for trade in listed(result, "trades")]
    if not reach(result, "has_more") or not stamps or capture.covers_from is None or capture.covers_to is None:
        return None
    # A page that is one single moment can't be paged by time; a step forward at least ends.
    start = max(max(stamps), int(asked(capture, "start_timestamp")) + 1)
    piece = Window(capture.covers_from, capture.covers_to)
    return _trades(dataset, piece, asked(capture, "currency"), start)


def _trades(dataset: Dataset, piece: Window, currency: str, start_ms: int) -> Request:
    return question(
        dataset,
        piece,
        f"{HISTORY_HOST}/get_last_trades_by_currency_and_time",
        {
            "currency": currency,
            "kind": "future",
            "start_timestamp": start_ms,
            "end_timestamp": last_ms(piece.last),
            "count": PAGE,
            "sorting": "asc",
        },
        series=currency,
        gate=_is_answer,
    )


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
        pl.lit(asked(capture, "instrument_name")).alias("symbol"),
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
        pl.lit(asked(capture, "instrument_name")).alias("symbol"),
        to_timestamp("stamp", ("ms",)).alias("period_start_at"),
    )
    frame = frame.with_columns((pl.col("period_start_at") + HOUR).alias("period_end_at"))
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
    frame = records_frame(reach(read_json(capture), "result"), fields, optional).filter(pl.col("base").is_in(COINS))
    created = to_timestamp("stamp", ("ms",))
    return _by_product(frame, "open_interest").with_columns(
        pl.lit(capture.received_at, dtype=pl.Datetime("us")).alias("observed_at"),
        created.alias("summarised_at"),
    )


def parse_liquidations(dataset: Dataset, capture: Capture) -> pl.DataFrame:
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
    frame = _by_product(frame, "size").with_columns(
        pl.format("{}-{}", "trade_id", "flag").alias("event_id"),
        to_timestamp("stamp", ("ms",)).alias("observed_at"),
        pl.when(is_known)
        .then(pl.when(sold == by_taker).then(pl.lit("long")).otherwise(pl.lit("short")))
        .alias("liquidated_side"),
    )
    return place(frame, "observed_at", capture)


def _by_product(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """The printed amount under the unit it has: dollars of an inverse contract, coins of a linear one."""
    return frame.with_columns(
        pl.when(_IS_LINEAR).then(pl.lit("linear")).otherwise(pl.lit("inverse")).alias("product"),
        pl.when(~_IS_LINEAR).then("printed").alias(f"{prefix}_usd"),
        pl.when(_IS_LINEAR).then("printed").alias(f"{prefix}_coins"),
    )


FEEDS: dict[str, Feed] = {
    "funding_1h": Feed(funding_requests, parse_funding),
    "candles_1h": Feed(candle_requests, parse_candles),
    "futures_summary": Feed(summary_requests, parse_summary),
    "liquidation_trades": Feed(liquidation_requests, parse_liquidations, next_page=next_liquidation_page),
}
