"""CoinGlass (paid key): daily liquidations and open interest over venues, and flows of the US spot funds."""

from __future__ import annotations

from datetime import time

import polars as pl

from ingestion.bodies import gate, listed, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.local_time import utc_at
from ingestion.questions import epoch_ms, get_json, last_ms, parameters
from ingestion.request import Request
from ingestion.row_times import DAY, period_columns, place, reason_for_time
from ingestion.sources import Feed
from ingestion.windows import Window

HOST = "https://open-api-v4.coinglass.com/api"
COINS = ("BTC", "ETH")
FUNDS = {"BTC": "bitcoin", "ETH": "ethereum"}
# Liquidations must be asked for by venue; open interest is over all of them.
VENUES = "Binance,OKX,Bybit,Deribit,Gate,Bitfinex,BitMEX,Hyperliquid,HTX,Bitget"
TOTAL = "TOTAL"
NEW_YORK_CLOSE = time(16)

_is_answer = gate(lambda body: str(body["code"]) == "0", lambda body: f"{body['code']} {body['msg']}")


def _requests(dataset: Dataset, window: Window, path: str, more: dict[str, str]) -> list[Request]:
    """A year a question, at most 366 of the 1,000 rows of a page."""
    return [
        get_json(
            dataset,
            piece,
            f"{HOST}/futures/{path}/aggregated-history",
            {
                **more,
                "symbol": coin,
                "interval": "1d",
                "limit": 1000,
                "start_time": epoch_ms(piece.first),
                "end_time": last_ms(piece.last),
            },
            series=coin,
            gate=_is_answer,
        )
        for coin in COINS
        for piece in window.pieces(dataset.partition)
    ]


def liquidation_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _requests(dataset, window, "liquidation", {"exchange_list": VENUES})


def open_interest_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _requests(dataset, window, "open-interest", {})


def flow_requests(dataset: Dataset, window: Window) -> list[Request]:
    """The whole history at every question."""
    return [
        get_json(dataset, None, f"{HOST}/etf/{fund}/flow-history", {}, series=coin, gate=_is_answer)
        for coin, fund in FUNDS.items()
    ]


def parse_liquidations(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Dollars liquidated a day over the venues asked for, as the vendor estimates them."""
    sides = ("long", "short")
    return _days(capture, {f"aggregated_{side}_liquidation_usd": f"{side}_liquidation_usd" for side in sides})


def parse_open_interest(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Open interest over a day in dollars, over all venues the vendor follows."""
    return _days(capture, {name: f"{name}_open_interest_usd" for name in ("open", "high", "low", "close")})


def _days(capture: Capture, fields: dict[str, str]) -> pl.DataFrame:
    frame = records_frame(reach(read_json(capture), "data"), {"time": "stamp", **fields})
    frame = frame.with_columns(
        pl.lit(parameters(capture.url)["symbol"]).alias("symbol"),
        *period_columns(to_timestamp("stamp", ("ms",)), DAY),
    )
    return place(frame, "period_start_at", capture)


def parse_flows(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Flow of every fund on every session, and their sum as TOTAL. A fund that is listed without a flow has not
    reported: its row says null, which is not zero."""
    coin = {fund: coin for coin, fund in FUNDS.items()}[capture.url.split("/etf/")[1].split("/")[0]]
    rows = []
    for session in listed(read_json(capture), "data"):
        stamp = reach(session, "timestamp")
        rows.append({"timestamp": stamp, "etf_ticker": TOTAL, "flow_usd": session.get("flow_usd")})
        rows += [
            {"timestamp": stamp, "etf_ticker": reach(fund, "etf_ticker"), "flow_usd": fund.get("flow_usd")}
            for fund in listed(session, "etf_flows")
        ]
    fields = {"timestamp": "stamp", "etf_ticker": "ticker", "flow_usd": "flow_usd"}
    midnight = to_timestamp("stamp", ("ms",))
    return records_frame(rows, fields).with_columns(
        pl.lit(coin).alias("asset"),
        midnight.dt.date().alias("session_date"),
        utc_at(midnight.dt.date(), NEW_YORK_CLOSE).alias("observed_at"),
        reason_for_time(midnight).alias("_reject"),
    )


FEEDS = {
    "liquidations_1d": Feed(liquidation_requests, parse_liquidations),
    "open_interest_1d": Feed(open_interest_requests, parse_open_interest),
    "etf_flows_1d": Feed(flow_requests, parse_flows),
}
