"""`unwind run --case feb_2026` on an empty machine without a network: what is in the release, and that it comes again.

The form of the published file is for test_published_file.py.
"""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from ingestion.settings import PROJECT
from tests.end_to_end.children import Machine
from tests.end_to_end.conftest import CaseRuns
from tests.end_to_end.questions import ask, ask_one

pytestmark = pytest.mark.xdist_group("case")
THEN = "marts_asof_20260206t2130z"
MARTS = list((PROJECT / "dbt_project" / "models" / "marts").glob("*/*.sql"))


def test_it_ends_well_and_asks_nobody(case_runs: CaseRuns) -> None:
    for run in (case_runs.first, case_runs.second):
        assert run.returncode == 0, run.stdout + run.stderr
        assert run.stderr.strip() == ""
    assert case_runs.machine.hosts_sought() == []


def test_the_summary_says_what_landed_what_was_checked_and_where_to_query(case_runs: CaseRuns) -> None:
    told = case_runs.first.stdout
    for dataset, rows in {
        "binance_vision/spot_klines_1h": "384",
        "binance_vision/um_metrics_5m": "4,608",
        "bitstamp/ohlc_1h": "19,200",
        "yahoo/chart_1d": "7,124",
        "mempool_space/difficulty_adjustments": "61",
        "sosovalue/etf_flow_totals": "540",
    }.items():
        assert re.search(rf"{dataset}\s+\S+ to 2026-\S+\s+{rows}\s", told), told
    assert not re.search(r"^(missing|partial|no answer|refused|put aside|gone) ", told, re.MULTILINE), told
    assert re.search(r"\d+ checks passed, \d+ warned, 0 failed", told)
    release_id = (case_runs.machine.data / "published" / "latest").readlink().name
    assert f"published release {release_id}" in told
    assert "unwind sql" in told
    assert str(case_runs.machine.database) in told
    assert THEN in told


def test_the_fall_and_the_rebound_are_in_it(published_case: Machine) -> None:
    days = ask(
        published_case.database,
        "select observed_date, low_price, close_price, is_final from marts.fct_price_daily "
        "where venue = 'binance' and observed_date between '2026-02-05' and '2026-02-06' order by all",
    )
    assert days == [
        (date(2026, 2, 5), 62_473.0, 62_909.9, True),
        (date(2026, 2, 6), 60_000.0, 70_580.3, True),
    ]


def test_the_marts_as_they_stood_differ_where_the_world_has_moved_on(published_case: Machine) -> None:
    file = published_case.database
    session = (
        "select status, month_to_date_usd from {}.fct_etf_flow_daily "
        "where fund = 'total' and session_date = '2026-02-05'"
    )
    assert ask(file, session.format(THEN)) == [("provisional", -689_150_000.0)]
    assert ask(file, session.format("marts")) == [("final", -689_150_000.0)]
    retarget = "select count(*) from {}.fct_difficulty_epoch where start_height = 935424"
    assert ask_one(file, retarget.format(THEN)) == 0
    assert ask_one(file, retarget.format("marts")) == 1
    # Binance's files of a day come the next morning; venues in dollars had told the evening's last full hour.
    known = f"select max(period_end_at) from {THEN}.fct_price_hourly where venue = ?"
    assert ask_one(file, known, "binance") == datetime(2026, 2, 6)
    assert ask_one(file, known, "bitstamp") == datetime(2026, 2, 6, 21)
    forecast = (
        f"select estimated_change_pct, is_scored from {THEN}.fct_difficulty_projection "
        "where forecast_method = 'mempool_space' and cast(forecast_at as date) = '2026-02-05'"
    )
    assert ask(file, forecast) == [(-13.37, False)]


def test_every_table_has_rows(published_case: Machine) -> None:
    empty = "select table_name, why_empty from meta.tables where rows_count = 0 and table_schema <> ?"
    assert ask(published_case.database, empty, THEN) == []


def test_nothing_that_was_known_later_stands_in_the_marts_of_that_evening(published_case: Machine) -> None:
    file = published_case.database
    tables = ask(file, "select table_name from duckdb_tables() where schema_name = ?", THEN)
    assert len(tables) == len(MARTS)
    for (table,) in tables:
        late = f"select count(*) from {THEN}.{table} where known_at > timestamp '2026-02-06 21:30:00'"
        assert ask_one(file, late) == 0, table


@pytest.mark.parametrize(("moment", "flow"), [("05:00", -258_800_000.0), ("13:00", -434_150_000.0)])
def test_a_restated_flow_is_answered_as_it_stood(published_case: Machine, moment: str, flow: float) -> None:
    at = f"timestamp '2026-02-06 {moment}'"
    sugar = f"select flow_usd from as_of.etf_flow({at}) where session_date = '2026-02-05'"
    plain = (
        f"select flow_usd from vintages.etf_flow where session_date = '2026-02-05' "
        f"and known_from_at <= {at} and {at} < known_to_at"
    )
    assert ask_one(published_case.database, sugar) == ask_one(published_case.database, plain) == flow


def test_a_second_run_finds_nothing_new_and_touches_nothing(case_runs: CaseRuns) -> None:
    release_id = (case_runs.machine.data / "published" / "latest").readlink().name
    assert f"nothing new: release {release_id} stays" in case_runs.second.stdout
    assert len(list((case_runs.machine.data / "published" / "releases").iterdir())) == 1
    assert len([path for path in case_runs.raw_before if not path.endswith("schema.parquet")]) > 200
    assert case_runs.raw_after == case_runs.raw_before


def test_conditions_read_as_they_stood_that_evening_and_flip_where_later_data_flip_them(
    published_case: Machine,
) -> None:
    """method.md 10. Nobody in the case tells Derive's chain, so R1 stays unknown; everything is reconstructed."""
    status = "select condition_id, status from {}.fct_condition_scoreboard where {} order by all"
    file = published_case.database
    then = dict(ask(file, status.format(THEN, "is_newest")))
    assert then == {
        "C1": "pending",
        "C2": "pending",
        "C3": "unknown",
        "R1": "unknown",
        "R2": "met",
        "R3": "met",
    }
    # Friday's inflow, and the retarget of Saturday afternoon.
    friday = dict(ask(file, status.format("marts", "evaluated_at = '2026-02-07'")))
    assert (friday["R3"], friday["C3"]) == ("not_met", "unknown")
    assert dict(ask(file, status.format("marts", "evaluated_at = '2026-02-08'")))["C3"] == "met"
    # Three sessions and 72 hours later nothing is pending any more.
    assert ask_one(
        file, "select max(evaluated_at) from marts.fct_condition_scoreboard where status = 'pending'"
    ) == datetime(2026, 2, 10)


def test_a_history_without_such_days_gives_no_rate_and_expired_options_are_scored(published_case: Machine) -> None:
    rates = "select distinct episodes_count, rate_ratio, is_small_sample from marts.fct_base_rate"
    assert ask(published_case.database, rates) == [(0, None, True)]
    last_scored = "select max(resolves_at) from {}.fct_probability_score where brier_ratio is not null"
    assert ask_one(published_case.database, last_scored.format("marts")) == datetime(2026, 2, 27, 8)
    assert ask_one(published_case.database, last_scored.format(THEN)) == datetime(2026, 2, 6, 8)
