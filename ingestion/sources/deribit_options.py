"""Deribit's options on bitcoin and ether: chain, listings, trades, volatility index, and what stood open at delivery.

Coin-margined options alone (BTC-…, ETH-…); the linear ones (BTC_USDC-…) are another product. What the answers become
is in deribit_options_rows.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from ingestion.bodies import reach, read_json, whole_numbers
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.deribit import HISTORY, LIVE, PAGE, instruments, is_result, next_trades, question
from ingestion.errors import BodyRejected, UnreadableBody
from ingestion.questions import epoch_ms, last_ms, parameters, with_parameters
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.sources.deribit_options_rows import (
    parse_chain,
    parse_deliveries,
    parse_index,
    parse_listing,
    parse_trades,
)
from ingestion.windows import Window

CURRENCIES = ("BTC", "ETH")


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
            type="delivery", count=PAGE, search_start_timestamp=last_ms(piece.last),
        )
        for piece in window.pieces(dataset.partition)
        for currency in CURRENCIES
    ]  # fmt: skip


def _dated(dataset: Dataset, window: Window, url: str, **params: Any) -> list[Request]:
    """One question per currency and piece of the window, both ends included."""
    return [
        question(
            dataset, url, currency, piece,
            start_timestamp=epoch_ms(piece.first), end_timestamp=last_ms(piece.last), **params,
        )
        for piece in window.pieces(dataset.partition)
        for currency in CURRENCIES
    ]  # fmt: skip


def _is_traded(last: date) -> Callable[[Any], None]:
    """A gate for trades: days that are over have some, and an empty list is how the host says 'too old for me'."""

    def check(body: Any) -> None:
        is_result(body)
        is_over = body.get("usOut", 0) > 1000 * last_ms(last)
        if is_over and isinstance(body["result"], dict) and body["result"].get("trades") == []:
            raise BodyRejected(f"not one option traded up to {last}, where there are trades on every day")

    return check


def next_deliveries(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """Older deliveries, until an answer reaches back beyond the days asked for."""
    rows = instruments(capture, "result", "settlements")
    token = reach(read_json(capture), "result", "continuation")
    if not rows or token in (None, "", "none") or request.covers_from is None:
        return None
    if min(whole_numbers(rows, "timestamp")) < epoch_ms(request.covers_from):
        return None
    if parameters(request.url).get("continuation") == token:
        raise UnreadableBody(f"{request.url}: the next page is this one again")
    return with_parameters(request, continuation=token)


FEEDS = {
    "book_summary": Feed(chain_requests, parse_chain, version=2),
    "instruments": Feed(listing_requests, parse_listing, version=2),
    "option_trades": Feed(trade_requests, parse_trades, version=2, next_page=next_trades),
    "settlements": Feed(delivery_requests, parse_deliveries, version=2, next_page=next_deliveries),
    "volatility_index_1d": Feed(index_requests, parse_index),
    "volatility_index_1h": Feed(index_requests, parse_index),
}
