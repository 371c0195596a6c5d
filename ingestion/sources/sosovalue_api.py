"""SoSoValue's official API (free key): daily totals of the US spot funds, with other sums under the same date."""

from __future__ import annotations

from collections import defaultdict
from datetime import time

import polars as pl

from ingestion.bodies import gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.local_time import utc_at
from ingestion.questions import get_json, parameters
from ingestion.request import Request
from ingestion.row_times import reason_for_date
from ingestion.sources import Feed
from ingestion.windows import Window

URL = "https://openapi.sosovalue.com/openapi/v1/etfs/summary-history"
ASSETS = ("BTC", "ETH")
# Sums are printed in dollars with fractions; two of them agree to a dollar.
TOLERANCE_USD = 1.0
_FIELDS = {
    "date": "day",
    "total_net_inflow": "net_flow_usd",
    "total_value_traded": "value_traded_usd",
    "total_net_assets": "net_assets_usd",
    "cum_net_inflow": "cumulative_net_flow_usd",
}
_is_answer = gate(
    lambda body: body["code"] in (0, "0") and isinstance(body["data"], list) and bool(body["data"]),
    lambda body: body["message"],
)


def requests(dataset: Dataset, window: Window) -> list[Request]:
    return [
        get_json(
            dataset,
            None,
            f"{URL}?symbol={asset}&country_code=US&limit=300",
            gate=_is_answer,
            series=asset,
        )
        for asset in ASSETS
    ]


def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
    """Sessions of one answer, newest first. One without a flow is no row: absent is not zero.

    The host may list a day's flow beside the week's and the month's to date, with nothing to tell them apart but
    that only the day's leads from the day before's cumulative sum to its own.
    """
    frame = records_frame(reach(read_json(capture), "data"), _FIELDS).unique(maintain_order=True)
    frame = frame.filter(pl.col("net_flow_usd").is_not_null())
    session = pl.col("day").str.to_date("%Y-%m-%d", strict=False)
    kept, undecided = _one_per_day(frame)
    number = pl.int_range(pl.len())
    return (
        frame.with_columns(
            pl.lit(parameters(capture.url)["symbol"]).alias("asset"),
            session.alias("session_date"),
            utc_at(session, time(16)).alias("observed_at"),
            pl.coalesce(
                reason_for_date(session, what="session date"),
                pl.when(number.is_in(undecided)).then(
                    pl.lit("several sums for one date, and no cumulative tells the day's")
                ),
            ).alias("_reject"),
        )
        .filter(number.is_in(kept + undecided))
        .drop("day")
    )


def _one_per_day(frame: pl.DataFrame) -> tuple[list[int], list[int]]:
    """Positions of the rows that are a day's flow, and of those nobody can tell."""
    numbers = frame.select(pl.col("net_flow_usd", "cumulative_net_flow_usd").cast(pl.Float64, strict=False)).rows()
    by_day: dict[str, list[int]] = defaultdict(list)
    for position, day in enumerate(frame["day"]):
        by_day[day or ""].append(position)
    kept: list[int] = []
    undecided: list[int] = []
    before: float | None = None
    for _, positions in sorted(by_day.items()):
        chosen = positions
        if len(positions) > 1:
            chosen = [p for p in positions if _leads(before, *numbers[p])]
        if len(chosen) == 1:
            kept += chosen
        else:
            undecided += positions
        sums = {numbers[p][1] for p in (chosen if len(chosen) == 1 else positions)}
        before = sums.pop() if len(sums) == 1 else None
    return kept, undecided


def _leads(before: float | None, flow: float | None, after: float | None) -> bool:
    return None not in (before, flow, after) and abs(before + flow - after) <= TOLERANCE_USD  # type: ignore[operator]


FEEDS = {"etf_flow_totals": Feed(requests, parse)}
