"""Binance's bulk files: candles, premium and open interest by UTC day, funding by month; a checksum beside each."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

import polars as pl

from ingestion.binance import LATEST_STAMP, funding_hours, premium_candles, trade_candles
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.row_times import period_columns, reason_for_time
from ingestion.sources import Feed
from ingestion.sources.binance_vision_files import (
    COINS,
    METALS,
    candle_cells,
    candle_cells_by_name,
    candle_requests,
    file_name,
    funding_requests,
    metrics_requests,
    named_cells,
    symbol_of,
)

FIVE_MINUTES = timedelta(minutes=5)
# A month's file is out on the first Monday of the next month, at about this hour.
MONTH_IS_OUT = time(8)
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
FUNDING_COLUMNS = {
    "calc_time": "calc_time",
    "funding_interval_hours": "interval_hours",
    "last_funding_rate": "funding_rate_ratio",
}


def parse_spot(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of one day of the spot market: microseconds since 2025, milliseconds before."""
    return _of_its_day(trade_candles(dataset, candle_cells(capture), symbol_of(capture), ("ms", "us")), capture)


def parse_perpetual(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Candles of one day of a USD-M perpetual, milliseconds throughout."""
    return _of_its_day(trade_candles(dataset, candle_cells_by_name(capture), symbol_of(capture), ("ms",)), capture)


def parse_premium(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """The premium of a USD-M perpetual through one day: ratios, positive above the index."""
    return _of_its_day(premium_candles(dataset, candle_cells_by_name(capture), symbol_of(capture), ("ms",)), capture)


def parse_metrics(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Open interest of one day, every row on the period it is about, whatever the file's label convention."""
    frame = named_cells(capture, METRICS_COLUMNS)
    stamp = pl.col("create_time").str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    frame = frame.with_columns(stamp.alias("stamp")).with_columns(
        pl.col("stamp").dt.truncate("5m").alias("source_label_at")
    )
    first, last = frame.select(
        pl.col("source_label_at").min().alias("first"), pl.col("source_label_at").max().alias("last")
    ).row(0)
    if first is None or capture.covers_from is None:
        raise UnreadableBody(f"{file_name(capture)}: no readable stamp in {frame.height} rows")
    convention = label_convention(capture.covers_from, first, last)
    if convention is None:
        raise UnreadableBody(f"{file_name(capture)}: labels from {first} to {last} fit neither start nor end of period")
    shift = FIVE_MINUTES if convention == "period_end" else timedelta(0)
    start = pl.col("source_label_at") - shift
    late = pl.col("stamp") - pl.col("source_label_at") > LATEST_STAMP
    rows = frame.select(
        "symbol",
        *period_columns(start, FIVE_MINUTES),
        "source_label_at",
        pl.lit(convention).alias("label_convention"),
        *list(METRICS_COLUMNS.values())[2:],
        pl.when(late).then(pl.lit("stamp more than a minute off the five-minute grid")).alias("_late"),
    )
    return rows.with_columns(pl.coalesce("_late", _not_of_its_day(capture)).alias("_reject")).drop("_late")


def parse_funding(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Funding of one month: a ratio per interval, positive when longs pay, and the interval's length in hours."""
    frame = funding_hours(named_cells(capture, FUNDING_COLUMNS), "calc_time", capture, "outside the month of its file")
    if capture.covers_to is None:
        raise UnreadableBody(f"{file_name(capture)}: a file of no month")
    # A file that is there before its day was published when it was seen.
    published = min(_first_monday_after(capture.covers_to), capture.received_at)
    return frame.select(
        pl.lit(symbol_of(capture)).alias("symbol"),
        "funding_at",
        "interval_hours",
        "funding_rate_ratio",
        pl.lit(published, dtype=pl.Datetime("us")).alias("published_at"),
        "_reject",
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


def _of_its_day(rows: pl.DataFrame, capture: Capture) -> pl.DataFrame:
    return rows.with_columns(_not_of_its_day(capture).alias("_reject"))


def _not_of_its_day(capture: Capture) -> pl.Expr:
    return reason_for_time("period_start_at", capture, "outside the day of its file")


def _first_monday_after(last_day: date) -> datetime:
    first = last_day + timedelta(days=1)
    return datetime.combine(first + timedelta(days=-first.weekday() % 7), MONTH_IS_OUT)


def _is_zip(capture: Capture) -> bool:
    return capture.status == 200 and capture.url.endswith(".zip")


spot_requests = partial(candle_requests, "spot/daily/klines", COINS)
premium_requests = partial(candle_requests, "futures/um/daily/premiumIndexKlines", COINS)
minute_requests = partial(candle_requests, "futures/um/daily/klines", COINS[:1])
perpetual_requests = partial(candle_requests, "futures/um/daily/klines", COINS + METALS)
FEEDS = {
    "spot_klines_1m": Feed(spot_requests, parse_spot, holds_rows=_is_zip),
    "spot_klines_1h": Feed(spot_requests, parse_spot, holds_rows=_is_zip),
    "spot_klines_1d": Feed(spot_requests, parse_spot, holds_rows=_is_zip),
    "um_klines_1m": Feed(minute_requests, parse_perpetual, holds_rows=_is_zip),
    "um_klines_1h": Feed(perpetual_requests, parse_perpetual, holds_rows=_is_zip),
    "um_premium_klines_1h": Feed(premium_requests, parse_premium, holds_rows=_is_zip),
    "um_metrics_5m": Feed(metrics_requests, parse_metrics, holds_rows=_is_zip),
    "um_funding": Feed(funding_requests, parse_funding, holds_rows=_is_zip),
}
