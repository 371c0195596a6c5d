"""Deribit's option answers as rows. Volatility is printed in percent and lands as a fraction.

Perpetuals, dated futures and linear contracts share some answers; they are no options of this source.
"""

from __future__ import annotations

import polars as pl

from ingestion.bodies import reach, read_json, records_frame, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.deribit import instruments
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.options import read_names, stamp_snapshot
from ingestion.questions import epoch_ms, parameters
from ingestion.row_times import DAY, HOUR, period_columns, reason_for_time
from ingestion.units import from_percent

EXPIRY = "%d%b%y"
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


def parse_chain(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """The whole chain of a currency: percent become fractions; prices in coin, null where nobody quotes."""
    optional = ["last", "volume", "underlying_index", "estimated_delivery_price"]
    frame = _options(records_frame(instruments(capture, "result"), _CHAIN, optional))
    return stamp_snapshot(frame, to_timestamp("stamp", ("ms",)), capture).with_columns(
        from_percent("mark_iv").alias("mark_iv_ratio")
    )


def parse_listing(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Listed options. Strike, side and expiry are fields here; a name that says otherwise is put aside."""
    body = read_json(capture)
    records = records_frame(instruments(capture, "result"), _LISTING, ["creation_timestamp", "tick_size"])
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
    records = records_frame(instruments(capture, "result", "trades"), _TRADE, _TRADE_OPTIONAL)
    frame = _options(records).with_columns(
        to_timestamp("stamp", ("ms",)).alias("observed_at"), from_percent("iv").alias("iv_ratio")
    )
    return frame.with_columns(pl.coalesce("_reject", reason_for_time("observed_at", capture)).alias("_reject"))


def parse_index(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of the volatility index. Pages go backwards, and each question fits into one.

    Rows are numbers alone: that they are about the currency asked for is the host's word, nothing here proves it.
    """
    data = reach(read_json(capture), "result")
    frame = rows_frame(reach(data, "data"), ["stamp", "open", "high", "low", "close"])
    rest = reach(data, "continuation")
    if isinstance(rest, int) and capture.covers_from and rest >= epoch_ms(capture.covers_from):
        raise UnreadableBody(f"{capture.url}: the page holds {frame.height} candles and lacks older ones")
    length = DAY if dataset.name.endswith("1d") else HOUR
    return frame.with_columns(
        pl.lit(parameters(capture.url)["currency"]).alias("currency"),
        *period_columns(to_timestamp("stamp", ("ms",)), length),
        *[from_percent(name).alias(f"{name}_iv_ratio") for name in ("open", "high", "low", "close")],
    ).with_columns(reason_for_time("period_start_at", capture).alias("_reject"))


def parse_deliveries(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Options delivered in the days asked for. Answers go on into older days, which their own questions ask for."""
    records = records_frame(instruments(capture, "result", "settlements"), _DELIVERY, ["mark_price"])
    frame = _options(records).with_columns(to_timestamp("stamp", ("ms",)).alias("settled_at"))
    if capture.covers_from:
        frame = frame.filter((pl.col("settled_at").dt.date() >= capture.covers_from).fill_null(True))
    other = pl.when(pl.col("kind") != "delivery").then(pl.lit("not a delivery"))
    return frame.with_columns(pl.coalesce("_reject", reason_for_time("settled_at", capture), other).alias("_reject"))


def _options(records: pl.DataFrame) -> pl.DataFrame:
    is_other = pl.col("instrument_name").str.contains(_OTHER_KIND).fill_null(False)
    return read_names(records.filter(~is_other), EXPIRY)
