"""Three days in the life of a warehouse that asks the loopback exchange. What they show is for tests that look back.

Every release that was published stays on the shelf.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from orchestration.run_job import RunOutcome
from tests.end_to_end.in_process import Desk
from tests.loopback.exchange import Exchange

RESTATED = date(2026, 3, 5)


@dataclass
class Moment:
    """How a run ended, the release that readers had then, and the days of open interest that were landed."""

    outcome: RunOutcome
    release_id: str
    database: Path
    metrics_days: dict[date, int]


@dataclass
class Days:
    """A quiet day; a bad one, when a session is restated while a column is gone; a good one, but for a missing day."""

    desk: Desk
    quiet: Moment
    bad: Moment
    good: Moment


def live_through(data: Path) -> Days:
    with Exchange(now="2026-03-09T12:00:00") as exchange:
        desk = Desk(data, exchange.url)
        quiet = _live(desk, "2026-03-08")

        exchange.now = "2026-03-10T12:00:00"
        exchange.fault("*historicalInflowChart", "restated", session=RESTATED.isoformat(), flow=7e6)
        exchange.fault("*metrics-2026-03-09.zip", "drop_column", column="sum_open_interest")
        bad = _live(desk, "2026-03-09")

        exchange.clear()
        exchange.now = "2026-03-11T12:00:00"
        exchange.fault("*historicalInflowChart", "restated", session=RESTATED.isoformat(), flow=7e6)
        exchange.fault("*1h-2026-03-10.zip*", "status", status=404)
        good = _live(desk, "2026-03-10")
        return Days(desk, quiet, bad, good)


def _live(desk: Desk, last: str) -> Moment:
    outcome = desk.release("2026-03-05", last)
    folder = desk.data / "raw" / "binance_vision" / "um_metrics_5m"
    starts = pl.concat([pl.read_parquet(path, columns=["period_start_at"]) for path in folder.glob("*.parquet")])
    days = dict(starts.group_by(pl.col("period_start_at").dt.date()).len().rows())
    database = desk.published / "releases" / desk.current() / "unwind.duckdb"
    return Moment(outcome, desk.current(), database, days)
