"""Derive: tickers of bitcoin options, as they stand. Keys are single letters; volatility is a fraction already."""

from __future__ import annotations

import orjson
import polars as pl

from ingestion.bodies import gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.options import month_ends, read_names, stamp_snapshot
from ingestion.questions import post_json
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://api.derive.xyz/v3/public/get_tickers"
# A question about options has to name a currency and an expiry.
CURRENCY = "BTC"
EXPIRIES = 2
EXPIRY = "%Y%m%d"
_TICKER = {"t": "stamp", "I": "index_price", "M": "mark_price_usd"}
_QUOTES = {"b": "bid_price_usd", "B": "bid_size_coins", "a": "ask_price_usd", "A": "ask_size_coins"}
_PRICING = {"i": "mark_iv_ratio", "f": "underlying_price", "d": "delta"}
_PRICING_QUOTES = {"bi": "bid_iv_ratio", "ai": "ask_iv_ratio"}
_STATS = {"oi": "open_interest_coins", "c": "volume_24h_coins"}

_is_result = gate(lambda body: "error" not in body and isinstance(body["result"], dict), lambda body: body["error"])


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """The state of now, of the next monthly expiries after the last day of the window."""
    return [
        post_json(
            dataset,
            None,
            URL,
            orjson.dumps({"instrument_type": "option", "currency": CURRENCY, "expiry_date": f"{expiry:{EXPIRY}}"}),
            gate=_is_result,
            series=f"{CURRENCY}-{expiry:{EXPIRY}}",
        )
        for expiry in month_ends(window.last, EXPIRIES)
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Tickers of one expiry by name. Zero in a quote's place says that nobody quotes, so it lands as nothing."""
    tickers = reach(read_json(capture), "result", "tickers")
    if not isinstance(tickers, dict):
        raise UnreadableBody(f"tickers are a {type(tickers).__name__}, expected one ticker by name")
    rows = list(tickers.values())
    names = pl.DataFrame({"instrument_name": list(tickers)}, schema={"instrument_name": pl.String})
    frame = pl.concat(
        [
            names,
            records_frame(rows, _TICKER | _QUOTES),
            records_frame([reach(row, "option_pricing") for row in rows], _PRICING | _PRICING_QUOTES),
            records_frame([reach(row, "stats") for row in rows], _STATS),
        ],
        how="horizontal",
    )
    quotes = [
        pl.when(pl.col(name).cast(pl.Float64, strict=False) != 0).then(pl.col(name)).alias(name)
        for name in [*_QUOTES.values(), *_PRICING_QUOTES.values()]
    ]
    return stamp_snapshot(read_names(frame, EXPIRY), to_timestamp("stamp", ("ms",)), capture).with_columns(quotes)


FEEDS = {"tickers": Feed(requests, parse)}
