"""Binance's bulk files: spot candles and the perpetual's open interest, one zip and one checksum per UTC day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from ingestion.archives import read_single_member
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.request import Request
from ingestion.sources import Feed
from ingestion.windows import Window

HOST = "https://data.binance.vision/data"
SYMBOL = "BTCUSDT"
# A stamp may be late by a second or two; a minute is already another question.
LATEST_STAMP = timedelta(seconds=60)
FIVE_MINUTES = timedelta(minutes=5)
SPOT_COLUMNS = [
    "open_time", "open_price", "high_price", "low_price", "close_price", "volume_coins",
    "close_time", "volume_quote", "trades_count", "taker_buy_coins", "taker_buy_quote", "ignore",
]  # fmt: skip
METRICS_COLUMNS = {
    "create_time": "create_time",
    "symbol": "symbol",
    "sum_open_interest": "open_interest_coins",
    "sum_open_interest_value": "open_interest_quote",
    "count_toptrader_long_short_ratio": "top_trader_accounts_long_short_ratio",
    "sum_toptrader_long_short_ratio": "top_trader_positions_long_short_ratio",
    "count_long_short_ratio": "accounts_long_short_ratio",
    "sum_taker_long_short_vol_ratio": "taker_buy_sell_ratio",
}


def _daily_zips(dataset: Dataset, window: Window, path: str) -> list[Request]:
    requests = []
    for day in window.days():
        url = f"{HOST}/{path.format(symbol=SYMBOL, day=day)}"
        requests.append(
            Request(
                source=dataset.source,
                dataset=dataset.name,
                url=url,
                kind="zip",
                covers_from=day,
                covers_to=day,
                missing_ok=True,
                checksum=Request(
                    source=dataset.source,
                    dataset=dataset.name,
                    url=f"{url}.CHECKSUM",
                    kind="text",
                    covers_from=day,
                    covers_to=day,
                    missing_ok=True,
                ),
            )
        )
    return requests


def spot_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _daily_zips(dataset, window, "spot/daily/klines/{symbol}/1h/{symbol}-1h-{day:%Y-%m-%d}.zip")


def metrics_requests(dataset: Dataset, window: Window) -> list[Request]:
    return _daily_zips(dataset, window, "futures/um/daily/metrics/{symbol}/{symbol}-metrics-{day:%Y-%m-%d}.zip")


def parse_spot(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of one day. The files have no header; one that has all the same is read by its names."""
    frame = _read_csv(capture)
    if len(frame.columns) != len(SPOT_COLUMNS):
        raise UnreadableBody(f"{_name(capture)}: {len(frame.columns)} columns, expected {len(SPOT_COLUMNS)}")
    frame.columns = SPOT_COLUMNS
    if frame.height and not frame["open_time"][0].isdigit():
        if frame["open_time"][0] != "open_time":
            raise UnreadableBody(f"{_name(capture)}: first cell {frame['open_time'][0]!r} is neither time nor header")
        frame = frame.slice(1)
    start = to_timestamp("open_time", ("ms", "us"))
    return frame.select(
        pl.lit(SYMBOL).alias("symbol"),
        start.alias("period_start_at"),
        (start + timedelta(hours=1)).alias("period_end_at"),
        *SPOT_COLUMNS[1:6],
        *SPOT_COLUMNS[7:11],
        _outside(start, capture).alias("_reject"),
    )


def parse_metrics(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Open interest of one day, every row on the period it is about, whatever the file's label convention."""
    frame = _read_csv(capture)
    header = frame.row(0) if frame.height else ()
    if len(set(header)) != len(header) or not set(METRICS_COLUMNS) <= set(header):
        missing = sorted(set(METRICS_COLUMNS) - set(header))
        raise UnreadableBody(f"{_name(capture)}: columns {missing} are gone; the header is {list(header)}")
    frame.columns = [str(name) for name in header]
    frame = frame.slice(1).select(pl.col(old).alias(new) for old, new in METRICS_COLUMNS.items())
    stamp = pl.col("create_time").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    frame = frame.with_columns(stamp.alias("stamp")).with_columns(
        pl.col("stamp").dt.truncate("5m").alias("source_label_at")
    )
    first, last = frame.select(
        pl.col("source_label_at").min().alias("first"), pl.col("source_label_at").max().alias("last")
    ).row(0)
    if first is None or capture.covers_from is None:
        raise UnreadableBody(f"{_name(capture)}: no readable stamp in {frame.height} rows")
    convention = label_convention(capture.covers_from, first, last)
    if convention is None:
        raise UnreadableBody(f"{_name(capture)}: labels from {first} to {last} fit neither start nor end of period")
    shift = FIVE_MINUTES if convention == "period_end" else timedelta(0)
    start = pl.col("source_label_at") - shift
    late = pl.col("stamp") - pl.col("source_label_at") > LATEST_STAMP
    return frame.select(
        "symbol",
        start.alias("period_start_at"),
        (start + FIVE_MINUTES).alias("period_end_at"),
        "source_label_at",
        pl.lit(convention).alias("label_convention"),
        *list(METRICS_COLUMNS.values())[2:],
        pl.when(late)
        .then(pl.lit("stamp more than a minute off the five-minute grid"))
        .otherwise(_outside(start, capture))
        .alias("_reject"),
    )


def label_convention(day: date, first: datetime, last: datetime) -> str | None:
    """What the labels of a day's file mean, from its own first label, or its last where the first is missing.

    The vendor moved the label from the end to the start of the period and made old files anew, so no date
    tells: 00:05 .. 00:00 of the next day are ends, 00:00 .. 23:55 are starts.
    """
    midnight = datetime(day.year, day.month, day.day)
    next_midnight = midnight + timedelta(days=1)
    if first == midnight:
        return None if last == next_midnight else "period_start"
    if first == midnight + FIVE_MINUTES or last == next_midnight:
        return "period_end"
    return "period_start" if last == next_midnight - FIVE_MINUTES else None


def _outside(start: pl.Expr, capture: Capture) -> pl.Expr:
    """A reason for rows that are not of the file's day: a day has an end, whatever the file says."""
    return (
        pl.when(start.is_null())
        .then(pl.lit("time is unreadable or in another unit"))
        .when(start.dt.date() != capture.covers_from)
        .then(pl.lit("outside the day of its file"))
    )


def _read_csv(capture: Capture) -> pl.DataFrame:
    expected = _name(capture).removesuffix(".zip") + ".csv"
    content = read_single_member(capture.body, expected).removeprefix(b"\xef\xbb\xbf")
    if not content.strip():
        raise UnreadableBody(f"{expected} is empty")
    try:
        return pl.read_csv(content, has_header=False, infer_schema=False, encoding="utf8")
    except pl.exceptions.PolarsError as error:
        raise UnreadableBody(f"{expected}: {str(error).splitlines()[0]}") from error


def _name(capture: Capture) -> str:
    return capture.url.rsplit("/", 1)[1]


def _is_zip(capture: Capture) -> bool:
    return capture.status == 200 and capture.url.endswith(".zip")


FEEDS = {
    "spot_klines_1h": Feed(spot_requests, parse_spot, holds_rows=_is_zip),
    "um_metrics_5m": Feed(metrics_requests, parse_metrics, holds_rows=_is_zip),
}
