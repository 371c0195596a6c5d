"""Coinalyze (free key): daily liquidations and open interest of the perpetuals of several venues, in dollars."""

from __future__ import annotations

import polars as pl

from ingestion.bodies import gate, objects, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.questions import epoch_s, get_json, last_s
from ingestion.request import Request
from ingestion.row_times import DAY, period_columns, place
from ingestion.sources import Feed
from ingestion.windows import Window

HOST = "https://api.coinalyze.net/v1"
# At most twenty a question. The letter or digit after the dot is the vendor's code of the venue.
SYMBOLS = tuple(
    form.format(coin=coin)
    for coin in ("BTC", "ETH")
    for form in (
        "{coin}USDT_PERP.A", "{coin}USD_PERP.A",  # Binance
        "{coin}USDT.6", "{coin}USD.6",  # Bybit
        "{coin}USDT_PERP.3", "{coin}USD_PERP.3",  # OKX
        "{coin}-PERPETUAL.2",  # Deribit
        "{coin}.H",  # Hyperliquid
        "{coin}_USDT.Y",  # Gate
        "{coin}USD_PERP.0",  # BitMEX
    )
)  # fmt: skip

# Stamps in another unit are answered with an empty list and status 200.
_is_answer = gate(
    lambda body: isinstance(body, list) and len(body) > 0,
    lambda body: "not one symbol" if body == [] else body,
)


def _requests(dataset: Dataset, window: Window, path: str) -> list[Request]:
    """One question a year for all symbols, each of which the host counts. Stamps in seconds."""
    return [
        get_json(
            dataset,
            piece,
            f"{HOST}/{path}",
            {
                "symbols": ",".join(SYMBOLS),
                "interval": "daily",
                "from": epoch_s(piece.first),
                "to": last_s(piece.last),
                "convert_to_usd": "true",
            },
            gate=_is_answer,
            weight=len(SYMBOLS),
        )
        for piece in window.pieces(dataset.partition)
    ]


def liquidation_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _requests(dataset, window, "liquidation-history")


def open_interest_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _requests(dataset, window, "open-interest-history")


def parse_liquidations(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Dollars liquidated a day, longs and shorts. A day without any is not told, so it is no row."""
    return _days(capture, {"l": "long_liquidation_usd", "s": "short_liquidation_usd"})


def parse_open_interest(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Open interest over a day in dollars: at its start, highest, lowest, at its end."""
    names = ("open", "high", "low", "close")
    return _days(capture, {name[0]: f"{name}_open_interest_usd" for name in names})


def _days(capture: Capture, fields: dict[str, str]) -> pl.DataFrame:
    rows = [
        {**day, "symbol": reach(series, "symbol")}
        for series in objects(read_json(capture))
        for day in objects(series, "history")
    ]
    frame = records_frame(rows, {"symbol": "symbol", "t": "stamp", **fields})
    frame = frame.with_columns(period_columns(to_timestamp("stamp", ("s",)), DAY))
    return place(frame, "period_start_at", capture)


FEEDS = {
    "liquidations_1d": Feed(liquidation_requests, parse_liquidations),
    "open_interest_1d": Feed(open_interest_requests, parse_open_interest),
}
