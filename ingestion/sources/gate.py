"""Gate: hourly open interest and liquidated value of its USDT perpetuals, and the liquidation orders themselves."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import gate, listed, read_json, records_frame, whole_numbers
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.questions import epoch_s, get_json, parameters
from ingestion.request import Request
from ingestion.row_times import HOUR, period_columns, place
from ingestion.sources import Feed
from ingestion.windows import Window

HOST = "https://api.gateio.ws/api/v4/futures/usdt"
CONTRACTS = ("BTC_USDT", "ETH_USDT")
# A question for every hour is many, so only the contract that liquidations here are asked about.
ORDERS_OF = "BTC_USDT"
# Four days are 96 hours, under the page of 100.
DAYS_OF_HOURS = 4
HOUR_SECONDS = 3600
PAGE = 1000

_is_answer = gate(lambda body: isinstance(body, list), lambda body: body)


def stats_requests(dataset: Dataset, window: Window) -> list[Request]:
    """The host takes a start and a number of rows, no end."""
    return [
        get_json(
            dataset,
            piece,
            f"{HOST}/contract_stats",
            {
                "contract": contract,
                "interval": "1h",
                "from": epoch_s(piece.first),
                "limit": 24 * ((piece.last - piece.first).days + 1),
            },
            series=contract,
            gate=_is_answer,
        )
        for contract in CONTRACTS
        for piece in window.pieces(dataset.partition, DAYS_OF_HOURS)
    ]


def order_requests(dataset: Dataset, window: Window) -> list[Request]:
    """An hour is the longest span the host answers."""
    return [
        _orders(dataset, piece, midnight + HOUR_SECONDS * hour, midnight + HOUR_SECONDS * (hour + 1) - 1)
        for piece in window.pieces("day")
        for midnight in [epoch_s(piece.first)]
        for hour in range(24)
    ]


def next_orders_page(dataset: Dataset, request: Request, capture: Capture) -> Request | None:
    """Of a full page, newest first, the rest of the hour that is older."""
    stamps = whole_numbers(listed(read_json(capture)), "time")
    start, end = (int(parameters(capture.url)[name]) for name in ("from", "to"))
    if len(stamps) < PAGE or capture.covers_from is None or capture.covers_to is None:
        return None
    before = min(*stamps, end - 1)
    return _orders(dataset, Window(capture.covers_from, capture.covers_to), start, before) if before >= start else None


def _orders(dataset: Dataset, piece: Window, start: int, end: int) -> Request:
    params: dict[str, str | int] = {"contract": ORDERS_OF, "from": start, "to": end, "limit": PAGE}
    return get_json(dataset, piece, f"{HOST}/liq_orders", params, series=ORDERS_OF, gate=_is_answer)


def parse_stats(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Hours of open interest, and of what was liquidated on each side; the value the venue calls USD is in USDT."""
    fields = {
        "time": "stamp",
        "open_interest": "open_interest_contracts",
        "open_interest_usd": "open_interest_usd",
        "long_liq_usd": "long_liquidation_usd",
        "short_liq_usd": "short_liquidation_usd",
        "long_liq_amount": "long_liquidation_coins",
        "short_liq_amount": "short_liquidation_coins",
        "mark_price": "mark_price",
        "lsr_account": "accounts_long_short_ratio",
        "lsr_taker": "taker_long_short_ratio",
        "top_lsr_account": "top_trader_accounts_long_short_ratio",
        "top_lsr_size": "top_trader_positions_long_short_ratio",
    }
    optional = [name for name in fields if name.startswith(("lsr", "top_lsr")) or name.endswith("amount")]
    frame = records_frame(read_json(capture), fields, optional).with_columns(
        pl.lit(parameters(capture.url)["contract"]).alias("symbol"),
        *period_columns(to_timestamp("stamp", ("s",)), HOUR),
    )
    return place(frame, "period_start_at", capture, drop_after=True)


def parse_orders(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Liquidation orders. A negative size sold what a long held, a positive one bought what a short owed.

    The host gives no id, so what is printed names the event: two orders alike in everything are one row.
    """
    fields = {
        "contract": "symbol",
        "time": "stamp",
        "size": "signed_size",
        "order_size": "order_size",
        "order_price": "order_price",
        "fill_price": "price",
        "left": "unfilled_contracts",
    }
    frame = records_frame(listed(read_json(capture)), fields, optional=("order_size", "left"))
    size = pl.col("signed_size").cast(pl.Float64, strict=False)
    parts = [
        pl.col(name).fill_null("")
        for name in ("symbol", "stamp", "signed_size", "order_price", "price", "unfilled_contracts")
    ]
    frame = frame.with_columns(
        pl.concat_str(parts, separator=":").alias("event_id"),
        to_timestamp("stamp", ("s",)).alias("observed_at"),
        pl.when(size < 0).then(pl.lit("long")).when(size > 0).then(pl.lit("short")).alias("liquidated_side"),
        size.abs().alias("size_contracts"),
    )
    return place(frame, "observed_at", capture)


FEEDS: dict[str, Feed] = {
    "contract_stats_1h": Feed(stats_requests, parse_stats),
    "liquidation_orders": Feed(order_requests, parse_orders, next_page=next_orders_page),
}
