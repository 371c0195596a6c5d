"""Hyperliquid: hourly candles and funding of its perpetuals, and the state of each market. Questions are POSTs."""

from __future__ import annotations

import orjson
import polars as pl

from ingestion.bodies import gate, listed, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.questions import epoch_ms, last_ms, post_json
from ingestion.request import Request
from ingestion.row_times import HOUR, period_columns, place, received
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://api.hyperliquid.xyz/info"
COINS = ("BTC", "ETH")
# Twenty days are 480 payments, under the page of 500.
DAYS_OF_FUNDING = 20

_is_answer = gate(lambda body: isinstance(body, list), lambda body: body)


def candle_requests(dataset: Dataset, window: Window) -> list[Request]:
    """A month a question; the host counts 20 and one more for every 60 rows."""
    requests = []
    for coin in COINS:
        for piece in window.pieces(dataset.partition):
            asked = {
                "coin": coin,
                "interval": "1h",
                "startTime": epoch_ms(piece.first),
                "endTime": last_ms(piece.last),
            }
            requests.append(
                post_json(
                    dataset,
                    piece,
                    URL,
                    orjson.dumps({"type": "candleSnapshot", "req": asked}),
                    series=coin,
                    gate=_is_answer,
                    weight=33,
                )
            )
    return requests


def funding_requests(dataset: Dataset, window: Window) -> list[Request]:
    """The host counts 20 and one more for every 20 rows."""
    requests = []
    for coin in COINS:
        for piece in window.pieces(dataset.partition, DAYS_OF_FUNDING):
            said = {
                "type": "fundingHistory",
                "coin": coin,
                "startTime": epoch_ms(piece.first),
                "endTime": last_ms(piece.last),
            }
            requests.append(post_json(dataset, piece, URL, orjson.dumps(said), series=coin, gate=_is_answer, weight=44))
    return requests


def context_requests(dataset: Dataset, window: Window) -> list[Request]:
    return [post_json(dataset, None, URL, orjson.dumps({"type": "metaAndAssetCtxs"}), gate=_is_answer, weight=20)]


def parse_candles(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles in coins; quote volume is not told. `T` is the last millisecond of the hour."""
    fields = {
        "s": "symbol",
        "i": "interval",
        "t": "stamp",
        "o": "open_price",
        "h": "high_price",
        "l": "low_price",
        "c": "close_price",
        "v": "volume_coins",
        "n": "trades_count",
    }
    frame = records_frame(read_json(capture), fields).with_columns(
        *period_columns(to_timestamp("stamp", ("ms",)), HOUR)
    )
    return place(frame, "period_start_at", capture).with_columns(
        pl.coalesce("_reject", pl.when(pl.col("interval").ne_missing("1h")).then(pl.lit("not an hour's candle"))).alias(
            "_reject"
        )
    )


def parse_funding(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Payments of every hour, stamped some milliseconds after it; positive is paid by longs."""
    fields = {"coin": "symbol", "fundingRate": "funding_rate_ratio", "premium": "premium_ratio", "time": "stamp"}
    frame = records_frame(read_json(capture), fields, optional=("premium",)).with_columns(
        to_timestamp("stamp", ("ms",)).dt.round("1h").alias("funding_at"), pl.lit(1.0).alias("interval_hours")
    )
    return place(frame, "funding_at", capture)


def parse_contexts(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """State of the markets at the moment of receipt; names and states are two lists, matched by position."""
    body = read_json(capture)
    names, states = listed(body, 0, "universe"), listed(body, 1)
    if len(names) != len(states):
        raise UnreadableBody(f"{len(names)} markets but {len(states)} states")
    fields = {
        "name": "symbol",
        "openInterest": "open_interest_coins",
        "markPx": "mark_price",
        "oraclePx": "oracle_price",
        "midPx": "mid_price",
        "funding": "funding_rate_ratio",
        "premium": "premium_ratio",
        "dayBaseVlm": "volume_24h_coins",
        "dayNtlVlm": "volume_24h_quote",
    }
    chosen = []
    for market, state in zip(names, states, strict=True):
        if reach(market, "name") in COINS:
            if not isinstance(state, dict):
                raise UnreadableBody(f"the state of {market['name']} is {type(state).__name__}")
            chosen.append({**state, "name": market["name"]})
    frame = records_frame(chosen, fields, optional=("midPx", "premium", "dayBaseVlm"))
    return frame.with_columns(received(capture).alias("observed_at"))


FEEDS = {
    "candles_1h": Feed(candle_requests, parse_candles),
    "funding_1h": Feed(funding_requests, parse_funding),
    "asset_contexts": Feed(context_requests, parse_contexts),
}
