"""Deribit's options on bitcoin and ether: chain, listings, trades, volatility index, and what stood open at delivery.

Coin-margined options alone (BTC-…, ETH-…); the linear ones (BTC_USDC-…) are another product. Volatility is printed
in percent and lands as a fraction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from ingestion.bodies import reach, read_json, records_frame, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.deribit import (
    HISTORY,
    LIVE,
    PAGE,
    first_millisecond,
    from_percent,
    is_result,
    last_millisecond,
    outside,
    parameters,
    question,
    with_parameters,
)
from ingestion.epoch import to_timestamp
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.options import read_names, stamp_snapshot
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.windows import Window

CURRENCIES = ("BTC", "ETH")
EXPIRY = "%d%b%y"
# Perpetuals, dated futures and linear contracts share some answers; they are no options of this source.
_OTHER_KIND = r"^([A-Z0-9]+_[A-Z]+-.*|[A-Z]+-(PERPETUAL|\d{1,2}[A-Z]{3}\d{2}))$"
_CHAIN = {
    "instrument_name": "instrument_name",
    "creation_timestamp": "stamp",
    "mark_iv": "mark_iv",
    "mark_price": "mark_price_coins",
    "bid_price": "bid_price_coins",
    "ask_price": "ask_price_coins",
    "last": "last_price_coins",
    "open_interest": "open_interest_coins",
    "volume": "volume_24h_coins",
    "underlying_index": "underlying_index",
    "underlying_price": "underlying_price",
    "estimated_delivery_price": "estimated_delivery_price",
}
_LISTING = {
    "instrument_name": "instrument_name",
    "strike": "strike",
    "option_type": "side",
    "expiration_timestamp": "expiration",
    "creation_timestamp": "creation",
    "contract_size": "contract_size_coins",
    "tick_size": "tick_size_coins",
    "settlement_currency": "settlement_currency",
    "is_active": "is_active",
}
_TRADE = {
    "trade_id": "trade_id",
    "trade_seq": "trade_sequence",
    "instrument_name": "instrument_name",
    "timestamp": "stamp",
    "direction": "taker_side",
    "price": "price_coins",
    "mark_price": "mark_price_coins",
    "iv": "iv",
    "index_price": "index_price",
    "amount": "size_coins",
    "contracts": "size_contracts",
    "liquidation": "liquidated_party",
    "block_trade_id": "block_trade_id",
    "block_trade_leg_count": "block_trade_legs_count",
    "combo_id": "combo_id",
    "combo_trade_id": "combo_trade_id",
}
_TRADE_OPTIONAL = [
    "iv", "mark_price", "contracts", "liquidation", "block_trade_id", "block_trade_leg_count", "combo_id",
    "combo_trade_id",
]  # fmt: skip
_DELIVERY = {
    "instrument_name": "instrument_name",
    "type": "kind",
    "timestamp": "stamp",
    "position": "position_coins",
    "index_price": "index_price",
    "mark_price": "mark_price_coins",
    "profit_loss": "profit_loss_coins",
    "session_profit_loss": "session_profit_loss_coins",
}


def chain_requests(dataset: Dataset, window: Window) -> list[Request]:
    url = f"{LIVE}/get_book_summary_by_currency"
    return [question(dataset, url, currency, kind="option") for currency in CURRENCIES]


def listing_requests(dataset: Dataset, window: Window) -> list[Request]:
    url = f"{LIVE}/get_instruments"
    return [question(dataset, url, currency, kind="option", expired="false") for currency in CURRENCIES]


def trade_requests(dataset: Dataset, window: Window) -> list[Request]:
    url = f"{HISTORY}/get_last_trades_by_currency_and_time"
    requests = _dated(dataset, window, url, kind="option", count=PAGE, sorting="asc")
    return [replace(request, gate=_is_traded(request.covers_to)) for request in requests if request.covers_to]


def index_requests(dataset: Dataset, window: Window) -> list[Request]:
    # A year of days and a month of hours are each less than one page.
    resolution = "1D" if dataset.name.endswith("1d") else "3600"
    return _dated(dataset, window, f"{LIVE}/get_volatility_index_data", resolution=resolution)


def delivery_requests(dataset: Dataset, window: Window) -> list[Request]:
    """Deliveries are told backwards from a moment, so a question names the end of its piece alone."""
    url = f"{LIVE}/get_last_settlements_by_currency"
    return [
        question(
            dataset, url, currency, piece,
            type="delivery", count=PAGE, search_start_timestamp=last_millisecond(piece.last),
        )
        for piece in window.pieces(dataset.partition)
        for currency in CURRENCIES
    ]  # fmt: skip


def _dated(dataset: Dataset, window: Window, url: str, **params: Any) -> list[Request]:
    """One question per currency and piece of the window, both ends included."""
    return [
        question(
            dataset, url, currency, piece,
            start_timestamp=first_millisecond(piece.first), end_timestamp=last_millisecond(piece.last), **params,
        )
        for piece in window.pieces(dataset.partition)
        for currency in CURRENCIES
    ]  # fmt: skip


def _is_traded(last: date) -> Callable[[Any], None]:
    """A gate for trades: days that are over have some, and an empty list is how the host says 'too old for me'."""

    def check(body: Any) -> None:
        is_result(body)
        is_over = body.get("usOut", 0) > 1000 * last_millisecond(last)
        if is_over and isinstance(body["result"], dict) and body["result"].get("trades") == []:
            raise BodyRejected(f"not one option traded up to {last}, where there are trades on every day")

    return check


def next_trades(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """The page from the last millisecond on: trades may share it, and those told twice are one by their id."""
    result = reach(read_json(capture), "result")
    if not reach(result, "has_more"):
        return None
    last = max(_stamps(reach(result, "trades")), default=0)
    if last <= int(parameters(request.url)["start_timestamp"]):
        raise UnreadableBody(f"{request.url}: more trades in one millisecond than a page holds")
    return with_parameters(request, start_timestamp=last)


def next_deliveries(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """Older deliveries, until an answer reaches back beyond the days asked for."""
    result = reach(read_json(capture), "result")
    rows, token = reach(result, "settlements"), reach(result, "continuation")
    if not rows or token in (None, "", "none") or request.covers_from is None:
        return None
    if min(_stamps(rows), default=0) < first_millisecond(request.covers_from):
        return None
    if parameters(request.url).get("continuation") == token:
        raise UnreadableBody(f"{request.url}: the next page is this one again")
    return with_parameters(request, continuation=token)


def _stamps(rows: Any) -> list[int]:
    return [stamp for row in rows if isinstance(stamp := reach(row, "timestamp"), int)]


def parse_chain(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """The whole chain of a currency: percent become fractions; prices in coin, null where nobody quotes."""
    optional = ["last", "volume", "underlying_index", "estimated_delivery_price"]
    frame = _options(records_frame(reach(read_json(capture), "result"), _CHAIN, optional))
    return stamp_snapshot(frame, to_timestamp("stamp", ("ms",)), capture).with_columns(
        from_percent("mark_iv").alias("mark_iv_ratio")
    )


def parse_listing(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Listed options. Strike, side and expiry are fields here; a name that says otherwise is put aside."""
    body = read_json(capture)
    records = records_frame(reach(body, "result"), _LISTING, ["creation_timestamp", "tick_size"])
    frame = _options(records).with_columns(pl.lit(str(reach(body, "usOut"))).alias("stamp"))
    expiry = to_timestamp("expiration", ("ms",))
    agrees = (
        (expiry == pl.col("expiry_at"))
        & (pl.col("side") == pl.col("option_type"))
        & (pl.col("strike").cast(pl.Float64, strict=False) == pl.col("strike_price").cast(pl.Float64, strict=False))
    )
    contradicts = pl.when(~agrees.fill_null(False)).then(pl.lit("name and fields of the instrument disagree"))
    return stamp_snapshot(frame, to_timestamp("stamp", ("us",)), capture).with_columns(
        to_timestamp("creation", ("ms",)).alias("listed_at"),
        pl.col("is_active").replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean),
        pl.coalesce("_reject", contradicts).alias("_reject"),
    )


def parse_trades(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """One page of trades, oldest first. Legs of blocks and combos keep their ids, since a fit may leave them out."""
    records = records_frame(reach(read_json(capture), "result", "trades"), _TRADE, _TRADE_OPTIONAL)
    frame = _options(records).with_columns(
        to_timestamp("stamp", ("ms",)).alias("observed_at"), from_percent("iv").alias("iv_ratio")
    )
    return frame.with_columns(pl.coalesce("_reject", outside("observed_at", capture)).alias("_reject"))


def parse_index(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of the volatility index. Pages go backwards, and each question fits into one."""
    data = reach(read_json(capture), "result")
    frame = rows_frame(reach(data, "data"), ["stamp", "open", "high", "low", "close"])
    rest = reach(data, "continuation")
    if isinstance(rest, int) and capture.covers_from and rest >= first_millisecond(capture.covers_from):
        raise UnreadableBody(f"{capture.url}: the page holds {frame.height} candles and lacks older ones")
    length = timedelta(days=1) if dataset.name.endswith("1d") else timedelta(hours=1)
    start = to_timestamp("stamp", ("ms",))
    return frame.with_columns(
        pl.lit(parameters(capture.url)["currency"]).alias("currency"),
        start.alias("period_start_at"),
        (start + length).alias("period_end_at"),
        *[from_percent(name).alias(f"{name}_iv_ratio") for name in ("open", "high", "low", "close")],
    ).with_columns(outside("period_start_at", capture).alias("_reject"))


def parse_deliveries(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Options delivered in the days asked for. Answers go on into older days, which their own questions ask for."""
    records = records_frame(reach(read_json(capture), "result", "settlements"), _DELIVERY, ["mark_price"])
    frame = _options(records).with_columns(to_timestamp("stamp", ("ms",)).alias("settled_at"))
    if capture.covers_from:
        frame = frame.filter((pl.col("settled_at").dt.date() >= capture.covers_from).fill_null(True))
    other = pl.when(pl.col("kind") != "delivery").then(pl.lit("not a delivery"))
    return frame.with_columns(pl.coalesce("_reject", outside("settled_at", capture), other).alias("_reject"))


def _options(records: pl.DataFrame) -> pl.DataFrame:
    is_other = pl.col("instrument_name").str.contains(_OTHER_KIND).fill_null(False)
    return read_names(records.filter(~is_other), EXPIRY)


FEEDS = {
    "book_summary": Feed(chain_requests, parse_chain),
    "instruments": Feed(listing_requests, parse_listing),
    "option_trades": Feed(trade_requests, parse_trades, next_page=next_trades),
    "settlements": Feed(delivery_requests, parse_deliveries, next_page=next_deliveries),
    "volatility_index_1d": Feed(index_requests, parse_index),
    "volatility_index_1h": Feed(index_requests, parse_index),
}
