"""The zips of Binance's archive: how they are asked for, and what is in them as text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from ingestion.archives import read_single_member
from ingestion.binance import CANDLE, interval_of
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.request import Request
from ingestion.windows import Window, whole

HOST = "https://data.binance.vision/data"
COINS = ("BTCUSDT", "ETHUSDT")
METALS = ("XAUUSDT", "XAGUSDT")
# Both were listed in January 2026. A file that is missing is asked for in every run, so years of none are not.
ASKED_SINCE = dict.fromkeys(METALS, date(2026, 1, 1))
# The header of futures' candles since May 2022; older files and the spot market's have none.
CANDLE_COLUMNS = {
    "open_time": "open_time",
    "open": "open_price",
    "high": "high_price",
    "low": "low_price",
    "close": "close_price",
    "volume": "volume_coins",
    "close_time": "close_time",
    "quote_volume": "volume_quote",
    "count": "trades_count",
    "taker_buy_volume": "taker_buy_coins",
    "taker_buy_quote_volume": "taker_buy_quote",
    "ignore": "ignore",
}


def file_request(dataset: Dataset, path: str, symbol: str, first: date, last: date) -> Request:
    """A zip and the checksum beside it; a 404 of either says that it is not published (yet)."""
    url = f"{HOST}/{path}.zip"
    checksum = Request(
        source=dataset.source,
        dataset=dataset.name,
        url=f"{url}.CHECKSUM",
        kind="text",
        covers_from=first,
        covers_to=last,
        missing_ok=True,
        series=symbol,
    )
    return replace(checksum, url=url, kind="zip", checksum=checksum)


def candle_requests(folder: str, symbols: tuple[str, ...], dataset: Dataset, window: Window) -> list[Request]:
    """Files of candles below a folder of the archive, by symbol and day."""
    interval = interval_of(dataset)
    return [
        file_request(dataset, f"{folder}/{symbol}/{interval}/{symbol}-{interval}-{day}", symbol, day, day)
        for symbol in symbols
        for day in window.days()
        if day >= ASKED_SINCE.get(symbol, day)
    ]


def metrics_requests(dataset: Dataset, window: Window) -> list[Request]:
    folder = "futures/um/daily/metrics"
    return [
        file_request(dataset, f"{folder}/{symbol}/{symbol}-metrics-{day}", symbol, day, day)
        for symbol in COINS
        for day in window.days()
    ]


def funding_requests(dataset: Dataset, window: Window) -> list[Request]:
    """Whole months, and the one before the window: its file comes when the window of a daily run has left it."""
    folder = "futures/um/monthly/fundingRate"
    before = window.first.replace(day=1) - timedelta(days=1)
    months = [whole(piece.first, "month") for piece in Window(before, window.last).pieces("month")]
    return [
        file_request(
            dataset, f"{folder}/{symbol}/{symbol}-fundingRate-{month.first:%Y-%m}", symbol, month.first, month.last
        )
        for symbol in COINS
        for month in months
    ]


def candle_cells(capture: Capture) -> pl.DataFrame:
    """A file of candles as text, read by position; a header where none is expected is stepped over."""
    frame = _cells(capture)
    if len(frame.columns) != len(CANDLE):
        raise UnreadableBody(f"{file_name(capture)}: {len(frame.columns)} columns, expected {len(CANDLE)}")
    frame.columns = CANDLE
    first = frame["open_time"][0] or ""
    if first.isdigit():
        return frame
    if first != "open_time":
        raise UnreadableBody(f"{file_name(capture)}: first cell {first!r} is neither time nor header")
    return frame.slice(1)


def candle_cells_by_name(capture: Capture) -> pl.DataFrame:
    """The same where files have a header since some month: by its names, or by position where there is none."""
    is_headed = _cells(capture).row(0)[0] == "open_time"
    return named_cells(capture, CANDLE_COLUMNS) if is_headed else candle_cells(capture)


def named_cells(capture: Capture, columns: dict[str, str]) -> pl.DataFrame:
    """A file with a header as text, its columns under our names. Raises UnreadableBody when one is gone."""
    frame = _cells(capture)
    header = frame.row(0) if frame.height else ()
    if len(set(header)) != len(header) or not set(columns) <= set(header):
        missing = sorted(set(columns) - set(header))
        raise UnreadableBody(f"{file_name(capture)}: columns {missing} are gone; the header is {list(header)}")
    if frame.height == 1:
        raise UnreadableBody(f"{file_name(capture)}: a header and no row")
    frame.columns = [str(name) for name in header]
    return frame.slice(1).select(pl.col(old).alias(new) for old, new in columns.items())


def _cells(capture: Capture) -> pl.DataFrame:
    expected = file_name(capture).removesuffix(".zip") + ".csv"
    content = read_single_member(capture.body, expected).removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise UnreadableBody(f"{expected} is empty")
    try:
        return pl.read_csv(content, has_header=False, infer_schema=False, encoding="utf8")
    except pl.exceptions.PolarsError as error:
        raise UnreadableBody(f"{expected}: {str(error).splitlines()[0]}") from error


def file_name(capture: Capture) -> str:
    return capture.url.rpartition("/")[2]


def symbol_of(capture: Capture) -> str:
    return file_name(capture).partition("-")[0]
