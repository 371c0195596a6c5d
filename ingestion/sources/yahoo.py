"""Yahoo's charts: bars of indices, metals, the dollar index and funds, as parallel lists with stamps in seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any, Literal
from urllib.parse import quote

import polars as pl

from ingestion.bodies import as_text, gate, reach, read_json
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.local_time import NEW_YORK, utc_at
from ingestion.questions import epoch_s, get_json
from ingestion.request import Request
from ingestion.row_times import DAY, outside_partition, reason_for_time
from ingestion.sources import Feed
from ingestion.windows import Window, whole

URL = "https://query2.finance.yahoo.com/v8/finance/chart"
_STOCKS, _VIX, _FUTURES = (time(9, 30), time(16)), (time(9, 30), time(16, 15)), (time(0), time(17))
# Opening and close by New York's clock. The answer tells only today's session; `gmtoffset` is of today too.
SESSIONS = (
    dict.fromkeys(("^GSPC", "^IXIC", "^DJI", "^SOX"), _STOCKS)
    | dict.fromkeys(("GC=F", "SI=F", "DX-Y.NYB"), _FUTURES)
    | {"^VIX": _VIX}
    | dict.fromkeys(("SPY", "QQQ", "SMH", "GLD", "SLV"), _STOCKS)
)
_CELLS = {
    "open": "open_price", "high": "high_price", "low": "low_price", "close": "close_price", "volume": "volume_count",
}  # fmt: skip
_is_answer = gate(
    lambda body: body["chart"]["error"] is None and bool(body["chart"]["result"]), lambda body: body["chart"]["error"]
)


def requests(interval: Literal["1d", "1h"]) -> Callable[[Dataset, Window], list[Request]]:
    """One question per symbol and whole partition: about days without a session alone the host answers an error."""

    def ask(dataset: Dataset, window: Window) -> list[Request]:
        pieces = list(window.pieces(dataset.partition))
        return [
            get_json(
                dataset,
                piece,
                f"{URL}/{quote(symbol, safe='')}",
                {
                    "period1": epoch_s(partition.first),
                    "period2": epoch_s(partition.last + DAY),
                    "interval": interval,
                },
                gate=_is_answer,
                series=symbol,
            )
            for symbol in SESSIONS
            for piece in pieces
            for partition in [whole(piece.first, dataset.partition)]
        ]

    return ask


def parse_daily(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """One bar per session. While a session runs its bar may come stamped with now, or twice: the first one stands."""
    frame, symbol = _bars(dataset, capture)
    opens, closes = SESSIONS[symbol]
    session = pl.col("stamp").dt.replace_time_zone("UTC").dt.convert_time_zone(NEW_YORK).dt.date()
    is_repeat = pl.col("stamp") > pl.col("stamp").min().over("session_date")
    return (
        frame.with_columns(session.alias("session_date"))
        .filter(~is_repeat.fill_null(False))
        .with_columns(
            utc_at(pl.col("session_date"), opens).alias("period_start_at"),
            utc_at(pl.col("session_date"), closes).alias("period_end_at"),
        )
    )


def parse_hourly(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Bars of an hour from the session's opening; the last one ends with the session and may be shorter.

    A stamp off the half-hour is the price of the moment of asking, and so is one at the close: no bars.
    """
    frame, symbol = _bars(dataset, capture)
    start, end = pl.col("stamp"), pl.col("stamp") + timedelta(hours=1)
    frame = frame.filter((start.dt.epoch("s") % 1800 == 0).fill_null(True))
    local_day = start.dt.replace_time_zone("UTC").dt.convert_time_zone(NEW_YORK).dt.date()
    frame = frame.with_columns(utc_at(local_day, SESSIONS[symbol][1]).alias("close_at"))
    if SESSIONS[symbol] is not _FUTURES:
        frame = frame.filter((start < pl.col("close_at")).fill_null(True))
        end = pl.min_horizontal(end, pl.col("close_at"))
    return frame.with_columns(start.alias("period_start_at"), end.alias("period_end_at"))


def _bars(dataset: Dataset, capture: Capture) -> tuple[pl.DataFrame, str]:
    """The chart's lists as rows, and its symbol. A bar without a close is no bar: the host fills gaps with nulls."""
    result = reach(read_json(capture), "chart", "result", 0)
    meta = reach(result, "meta")
    symbol, stamps = reach(meta, "symbol"), result.get("timestamp")
    if not isinstance(symbol, str) or symbol not in SESSIONS:
        raise UnreadableBody(f"a chart of {symbol!r}, which was not asked for")
    quotes = reach(result, "indicators", "quote", 0)
    if not isinstance(quotes, dict):
        raise UnreadableBody(f"the prices of {symbol} are no object")
    lists: dict[str, Any] = {ours: quotes.get(theirs) for theirs, ours in _CELLS.items()}
    if stamps is None and not any(lists.values()):
        stamps, lists = [], {name: [] for name in lists}
    gone = [name for name, cells in {"timestamp": stamps, **lists}.items() if not isinstance(cells, list)]
    if gone or {len(cells) for cells in lists.values()} != {len(stamps)}:
        raise UnreadableBody(f"the lists of {symbol} are gone or of different length {gone}")
    texts = {name: [as_text(cell) for cell in cells] for name, cells in {"stamp": stamps, **lists}.items()}
    frame = pl.DataFrame(texts, schema=dict.fromkeys(texts, pl.String)).filter(pl.col("close_price").is_not_null())
    stamp = to_timestamp("stamp", ("s",))
    return frame.with_columns(
        stamp.alias("stamp"),
        pl.lit(symbol).alias("symbol"),
        _said(meta, "currency").alias("quote_currency"),
        _said(meta, "exchangeTimezoneName").alias("exchange_timezone"),
        _said(meta, "mirrorPriceBasis").alias("price_basis"),
        pl.coalesce(reason_for_time(stamp), outside_partition(stamp, capture, dataset.partition)).alias("_reject"),
    ), symbol


def _said(meta: Any, name: str) -> pl.Expr:
    return pl.lit(as_text(meta.get(name)), dtype=pl.String)


FEEDS = {"chart_1d": Feed(requests("1d"), parse_daily), "chart_1h": Feed(requests("1h"), parse_hourly)}
