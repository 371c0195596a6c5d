"""Messages of the venues' liquidation streams as rows, whichever side code a venue prints.

Pure functions only. The streams are not recorded by this project: nothing here connects, and there is no
dataset and no FEEDS. Every function gives `venue, symbol, observed_at, liquidated_side, size_coins,
size_contracts, price`; 'long' means that a long was closed, which is what a falling market does most.
"""

from __future__ import annotations

from typing import Any

import orjson
import polars as pl

from ingestion.bodies import listed, reach, records_frame
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody

NUMBERS = ("size_coins", "size_contracts", "price")


def binance_force_order(message: bytes) -> pl.DataFrame:
    """A forceOrder of USD-M futures. `S` is the side of the order: a SELL closes a long.

    Size is what was filled, price the average of the fills. The stream shows at most one order a second and
    symbol, so that sums are lower bounds.
    """
    fields = {"s": "symbol", "S": "code", "z": "size_coins", "ap": "price", "T": "stamp"}
    return _events("binance", [reach(_read(message), "o")], fields, {"SELL": "long", "BUY": "short"})


def bybit_all_liquidation(message: bytes) -> pl.DataFrame:
    """A batch of allLiquidation. `S` is the side of the position: Buy is a long that was closed.

    Price is that of bankruptcy, not of a fill. Complete for the venue by its documents.
    """
    fields = {"s": "symbol", "S": "code", "v": "size_coins", "p": "price", "T": "stamp"}
    return _events("bybit", listed(_read(message), "data"), fields, {"Buy": "long", "Sell": "short"})


def okx_liquidation_orders(message: bytes) -> pl.DataFrame:
    """A batch of liquidation-orders. `posSide` names the position; in net mode the order's side tells it.

    Size is in contracts, price that of bankruptcy. At most one order a second and contract.
    """
    rows: list[Any] = []
    for contract in listed(_read(message), "data"):
        for detail in listed(contract, "details"):
            held = reach(detail, "posSide")
            code = f"{held} {reach(detail, 'side')}"
            rows.append({**detail, "instId": reach(contract, "instId"), "code": code})
    fields = {"instId": "symbol", "code": "code", "sz": "size_contracts", "bkPx": "price", "ts": "stamp"}
    sides = {"long sell": "long", "net sell": "long", "short buy": "short", "net buy": "short"}
    return _events("okx", rows, fields, sides)


def _read(message: bytes) -> Any:
    try:
        return orjson.loads(message)
    except orjson.JSONDecodeError as error:
        raise UnreadableBody(f"not a message in JSON: {error}") from error


def _events(venue: str, rows: list[Any], fields: dict[str, str], sides: dict[str, str]) -> pl.DataFrame:
    """Typed rows. A side code that is not known is an error: a guess would swap longs and shorts."""
    frame = records_frame(rows, fields)
    strange = sorted(set(frame["code"].to_list()) - set(sides), key=str)
    if strange:
        raise UnreadableBody(f"{venue}: side codes {strange} are not among {sorted(sides)}")
    printed = [name for name in NUMBERS if name in frame.columns]
    absent = [pl.lit(None, dtype=pl.Float64).alias(name) for name in NUMBERS if name not in printed]
    events = frame.select(
        pl.lit(venue).alias("venue"),
        "symbol",
        to_timestamp("stamp", ("ms",)).alias("observed_at"),
        pl.col("code").replace_strict(sides, return_dtype=pl.String).alias("liquidated_side"),
        *[pl.col(name).cast(pl.Float64, strict=False) for name in printed],
        *absent,
    )
    unreadable = [name for name in ("symbol", "observed_at", *printed) if events[name].null_count()]
    if unreadable:
        raise UnreadableBody(f"{venue}: {unreadable} can't be read")
    return events.select("venue", "symbol", "observed_at", "liquidated_side", *NUMBERS)
