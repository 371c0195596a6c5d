"""Live runs against the loopback exchange: what is published, restated, refused, healed, and what replaces what.

Three days in the life of a warehouse are lived once; every release that was published stays on the shelf, so the
tests look back at them. What single faults do to a landing is told in tests/ingestion.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.run_job import RunOutcome
from tests.end_to_end.in_process import Desk, errors_of
from tests.end_to_end.questions import ask, ask_one
from tests.loopback.exchange import Exchange

pytestmark = pytest.mark.xdist_group("live")
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


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Days]:
    with Exchange(now="2026-03-09T12:00:00") as exchange:
        desk = Desk(tmp_path_factory.mktemp("live"), exchange.url)
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
        yield Days(desk, quiet, bad, good)


def _live(desk: Desk, last: str) -> Moment:
    outcome = desk.release("2026-03-05", last)
    folder = desk.data / "raw" / "binance_vision" / "um_metrics_5m"
    starts = pl.concat([pl.read_parquet(path, columns=["period_start_at"]) for path in folder.glob("*.parquet")])
    days = dict(starts.group_by(pl.col("period_start_at").dt.date()).len().rows())
    database = desk.published / "releases" / desk.current() / "unwind.duckdb"
    return Moment(outcome, desk.current(), database, days)


def _whole_days(first: int, last: int) -> dict[date, int]:
    return dict.fromkeys((date(2026, 3, day) for day in range(first, last + 1)), 288)


def test_live_answers_are_published_as_measured(days: Days) -> None:
    assert days.quiet.outcome.success, days.quiet.outcome.errors
    file = days.quiet.database
    assert ask(file, "select scope, provenance, is_degraded, as_of_at from meta.releases") == [
        ("live", "measured", False, datetime(2026, 3, 9, 12))
    ]
    for table in ("marts.fct_price_hourly", "marts.fct_etf_flow_daily", "vintages.etf_flow"):
        assert ask(file, f"select distinct provenance from {table}") == [("measured",)]
    assert ask_one(file, "select count(*) from marts.fct_open_interest_hourly where venue = 'all'") == 4 * 24
    assert ask_one(file, "select min(received_at) from meta.captures") == datetime(2026, 3, 9, 12)


def test_a_restated_session_has_two_vintages_and_two_answers(days: Days) -> None:
    before, after = days.quiet.database, days.good.database
    flow = "select flow_usd from marts.fct_etf_flow_daily where session_date = ?"
    first = ask_one(before, flow, RESTATED)
    assert first != 7e6
    assert ask_one(after, flow, RESTATED) == 7e6
    versions = "select vintage_number, flow_usd, known_to_at from vintages.etf_flow where session_date = ? order by 1"
    assert ask(before, versions, RESTATED) == [(1, first, datetime(9999, 12, 31))]
    # Known since the day on which nothing was published: what was captured then is not lost.
    seen_at = datetime(2026, 3, 10, 12)
    assert ask(after, versions, RESTATED) == [(1, first, seen_at), (2, 7e6, datetime(9999, 12, 31))]
    then = "select flow_usd from as_of.etf_flow(cast(? as timestamp)) where session_date = ?"
    assert ask(after, then, seen_at - timedelta(seconds=1), RESTATED) == [(first,)]
    assert ask(after, then, seen_at, RESTATED) == [(7e6,)]
    assert ask_one(after, "select vintages_count from marts.fct_etf_flow_daily where session_date = ?", RESTATED) == 2


def test_when_a_column_is_gone_nothing_is_published_and_nothing_is_lost(days: Days) -> None:
    assert not days.bad.outcome.success
    assert any("columns ['sum_open_interest'] are gone" in text for text in days.bad.outcome.refused)
    assert days.bad.release_id == days.quiet.release_id
    assert days.bad.metrics_days == days.quiet.metrics_days == _whole_days(5, 8)


def test_what_was_unreadable_is_asked_again_and_heals(days: Days) -> None:
    assert days.good.outcome.success, days.good.outcome.errors
    assert days.good.release_id != days.quiet.release_id
    assert days.good.metrics_days == _whole_days(5, 10)
    query = "select count(*) from marts.fct_open_interest_daily where venue = 'binance' and observed_date = ?"
    assert ask_one(days.good.database, query, date(2026, 3, 9)) == 1


def test_with_a_day_missing_the_release_is_published_and_says_so(days: Days) -> None:
    file = days.good.database
    ((is_degraded, reasons),) = ask(file, "select is_degraded, degraded_reasons from meta.releases")
    assert is_degraded
    assert reasons == '["binance_vision/spot_klines_1h: no data for 2026-03-10"]'
    degraded = ask(file, "select source, dataset from meta.freshness where is_degraded")
    assert degraded == [("binance_vision", "spot_klines_1h")]
    # Reported, never filled.
    assert ask_one(file, "select count(*) from marts.fct_price_hourly where period_start_at >= '2026-03-10'") == 0


def test_a_bundled_case_takes_the_place_of_live_data_only_when_told_to(days: Days, tmp_path: Path) -> None:
    with days.desk.settings():
        typed = CliRunner().invoke(app, ["run", "--case", "feb_2026"])
    assert typed.exit_code == 1
    assert "the current release" in typed.output
    assert "is live data" in typed.output
    assert f"not published; the current release stays: {days.good.release_id}" in typed.output
    assert days.desk.current() == days.good.release_id

    # The refusal did not blame the candidate, so it may still be published by whoever says that it may replace.
    refused = days.desk.steps(["release/published"], case="feb_2026")
    assert "is live data" in errors_of(refused)
    replaced = days.desk.steps(["release/published"], case="feb_2026", replaces_live=True)
    assert replaced.success, errors_of(replaced)
    assert ask(days.desk.published / "unwind.duckdb", "select scope from meta.releases") == [("case:feb_2026",)]


def test_the_command_line_hands_on_that_live_data_may_be_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    heard: list[bool] = []

    def run_job(settings: object, places: object, window: object, instants: object, replaces_live: bool) -> RunOutcome:
        heard.append(replaces_live)
        return RunOutcome("run", False, [], [], 0, 0, 0)

    monkeypatch.setattr("orchestration.run_command.run_job", run_job)
    monkeypatch.setenv("UNWIND_DATA_DIR", str(tmp_path))
    for flags in ([], ["--replace-live"]):
        assert CliRunner().invoke(app, ["run", *flags]).exit_code == 1
    assert heard == [False, True]
