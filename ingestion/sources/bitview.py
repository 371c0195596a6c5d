"""bitview.space, the public instance of the Bitcoin Research Kit: coins by the price they last moved at, daily series.

The kit moves fast: its newest version prints buckets as columns, the one before as objects. Both are read, a third
is drift.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from ingestion.bodies import as_text, gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.errors import UnreadableBody
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.row_times import DAY, day_columns
from ingestion.sources import Feed
from ingestion.windows import Window

HOST = "https://bitview.space/api"
COHORTS = ("all", "sth")
AGGREGATION = "lin500"
SERIES = ("realized_price", "sth_realized_price", "hash_price_phs")
# Unless told, older versions stop after 100 values; a year has 366 at most.
LIMIT = 400
# Day 0 of the host is the day of the first block, day 1 that of the second, six days later.
FIRST_BLOCK, DAY_ONE = date(2009, 1, 3), date(2009, 1, 9)

_has_buckets = gate(lambda body: bool(body["buckets"]), lambda body: body.get("error") or body)
_has_series = gate(lambda body: isinstance(body["data"], list), lambda body: body.get("error") or body)


def urpd_requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        get_json(
            dataset,
            Window(day, day),
            f"{HOST}/urpd/{cohort}/{day}?agg={AGGREGATION}",
            series=cohort,
            gate=_has_buckets,
            missing_ok=True,
        )
        for day in window.days()
        for cohort in COHORTS
    ]


def parse_urpd(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """One day's buckets of one cohort: coins and dollars by the price at which the coins last moved."""
    body = read_json(capture)
    asked = capture.url.split("/urpd/")[1].partition("?")[0].replace("-", "")
    told = f"{reach(body, 'cohort')}/{reach(body, 'date')}".replace("-", "")
    if told != asked or reach(body, "aggregation") != AGGREGATION:
        raise UnreadableBody(f"buckets {reach(body, 'aggregation')!r} of {told}, asked for {AGGREGATION!r} of {asked}")
    buckets, total = reach(body, "buckets"), "total_supply"
    floor = "price_floor"
    if isinstance(buckets, dict):
        floor, total = "price", "supply"
        buckets = _rows(buckets)
    fields = {
        floor: "price_floor_usd",
        "supply": "supply_coins",
        "realized_cap": "realized_cap_usd",
        "unrealized_pnl": "unrealized_pnl_usd",
    }
    start = pl.lit(capture.covers_from).cast(pl.Datetime("us"))
    return records_frame(buckets, fields).select(
        pl.lit(as_text(reach(body, "cohort"))).alias("cohort"),
        *day_columns(start),
        *fields.values(),
        pl.lit(as_text(reach(body, "close"))).alias("close_usd"),
        pl.lit(as_text(reach(body, total))).alias("total_supply_coins"),
    )


def series_requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        get_json(
            dataset,
            piece,
            f"{HOST}/series/{name}/day1?start={piece.first}&end={piece.last + DAY}&limit={LIMIT}",
            gate=_has_series,
            series=name,
        )
        for piece in window.pieces(dataset.partition)
        for name in SERIES
    ]


def parse_series(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Values of one series in order, placed by the number of their first day; null where the host has none."""
    body = read_json(capture)
    values, index, first, end = (reach(body, name) for name in ("data", "index", "start", "end"))
    if index != "day1" or not isinstance(values, list) or not isinstance(first, int) or end != first + len(values):
        raise UnreadableBody(f"expected values by 'day1', got {type(values).__name__} by {index!r}, {first} to {end}")
    days = [_day(first + number) for number in range(len(values))]
    frame = pl.DataFrame(
        {"day": days, "value": [as_text(value) for value in values]}, schema={"day": pl.Date, "value": pl.String}
    )
    # Which series it is stands only in the question.
    name = capture.url.split("/series/")[1].split("/")[0]
    asked = pl.col("day").is_between(pl.lit(capture.covers_from), pl.lit(capture.covers_to))
    return frame.filter(asked & pl.col("value").is_not_null()).select(
        pl.lit(name).alias("series"), *day_columns(pl.col("day").cast(pl.Datetime("us"))), "value"
    )


def _day(number: int) -> date:
    return FIRST_BLOCK if number <= 0 else DAY_ONE + (number - 1) * DAY


def _rows(columns: dict[str, Any]) -> list[dict[str, Any]]:
    lengths = {len(cells) if isinstance(cells, list) else -1 for cells in columns.values()}
    if len(lengths) != 1 or lengths == {-1}:
        raise UnreadableBody(f"columns of buckets have different lengths: {sorted(lengths)}")
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


FEEDS = {"urpd": Feed(urpd_requests, parse_urpd), "series_1d": Feed(series_requests, parse_series)}
