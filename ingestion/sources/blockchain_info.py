"""blockchain.com's charts: hashrate, difficulty and miners' revenue by UTC day, asked by year and unsampled."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from ingestion.bodies import gate, reach, read_json, records_frame
from ingestion.capture import Capture
from ingestion.contract import Dataset
from ingestion.epoch import to_timestamp
from ingestion.errors import UnreadableBody
from ingestion.questions import get_json
from ingestion.request import Request
from ingestion.row_times import day_columns, not_a_day, was_asked
from ingestion.sources import Feed
from ingestion.units import TERAHASHES_PER_EXAHASH, not_a_number, scaled
from ingestion.windows import Window

HOST = "https://api.blockchain.info/charts"

_is_chart = gate(lambda body: body["status"] == "ok", lambda body: body.get("error") or body)


def _requests(chart: str) -> Callable[[Dataset, Window], list[Request]]:
    def requests(dataset: Dataset, window: Window) -> list[Request]:
        return [
            get_json(
                dataset,
                piece,
                f"{HOST}/{chart}?start={piece.first}&timespan={(piece.last - piece.first).days + 1}days"
                "&format=json&sampled=false",
                gate=_is_chart,
            )
            for piece in window.pieces(dataset.partition)
        ]

    return requests


def _parse(column: str, unit: str, divisor: float) -> Callable[[Dataset, Capture], pl.DataFrame]:
    def parse(dataset: Dataset, capture: Capture) -> pl.DataFrame:
        """Points of one chart; seconds. The chart names its unit, and another one would be another quantity."""
        body = read_json(capture)
        told = (reach(body, "unit"), reach(body, "period"))
        if unit not in str(told[0]) or told[1] != "day":
            raise UnreadableBody(f"a chart in {told[0]!r} per {told[1]!r}, expected {unit!r} per 'day'")
        frame = records_frame(reach(body, "values"), {"x": "time", "y": column})
        start = to_timestamp("time", ("s",))
        return frame.filter(was_asked(start, capture)).select(
            *day_columns(start),
            scaled(column, divisor),
            pl.coalesce(not_a_day(start), not_a_number([column])).alias("_reject"),
        )

    return parse


FEEDS = {
    "hash_rate": Feed(_requests("hash-rate"), _parse("hashrate_eh_s", "TH/s", TERAHASHES_PER_EXAHASH)),
    "difficulty": Feed(_requests("difficulty"), _parse("difficulty", "Difficulty", 1)),
    "miners_revenue": Feed(_requests("miners-revenue"), _parse("miners_revenue_usd", "USD", 1)),
}
