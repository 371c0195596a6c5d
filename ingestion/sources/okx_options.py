"""OKX: open interest of options by strike, as it stands. Nobody gives yesterday's, so it is asked for regularly."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from ingestion.bodies import gate, reach, read_json, rows_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.options import EXPIRY_HOUR, month_ends
from ingestion.questions import get_json, parameters
from ingestion.request import Request
from ingestion.row_times import reason_for_time
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://www.okx.com/api/v5/rubik/stat/option/open-interest-volume-strike"
CURRENCIES = ("BTC", "ETH")
# Expiries have to be named, and only a listing would tell them all; most of the interest is in the monthly ones.
EXPIRIES = 2
_COLUMNS = [
    "stamp", "strike_price", "call_open_interest_coins", "put_open_interest_coins", "call_volume_coins",
    "put_volume_coins",
]  # fmt: skip

_is_good = gate(lambda body: body["code"] == "0", lambda body: f"{body['code']} {body['msg']}")


def requests(dataset: Dataset, window: Window) -> list[Request]:
    """The state of now, of the next monthly expiries after the last day of the window."""
    return [
        get_json(
            dataset,
            None,
            f"{URL}?ccy={currency}&expTime={expiry:%Y%m%d}",
            gate=_is_good,
            series=f"{currency}-{expiry:%Y%m%d}",
        )
        for expiry in month_ends(window.last, EXPIRIES)
        for currency in CURRENCIES
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Strikes of one expiry: [time ms, strike, call and put open interest, call and put volume]."""
    frame = rows_frame(reach(read_json(capture), "data"), _COLUMNS)
    asked = parameters(capture.url)
    expiry = datetime.fromisoformat(asked["expTime"]) + EXPIRY_HOUR
    moment = to_timestamp("stamp", ("ms",))
    return frame.with_columns(
        pl.lit(asked["ccy"]).alias("currency"),
        pl.lit(expiry, dtype=pl.Datetime("us")).alias("expiry_at"),
        moment.alias("observed_at"),
        reason_for_time(moment).alias("_reject"),
    )


FEEDS = {"open_interest_by_strike": Feed(requests, parse)}
