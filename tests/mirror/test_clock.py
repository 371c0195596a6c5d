"""At a moment of the mirror's clock nothing later is visible, and a run of today asked about it answers the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from ingestion.contract import Dataset
from ingestion.places import Places
from tests.dbt.compiled_project import CompiledProject
from tests.mirror.landing import ALL, FLOWS, METRICS, SPOT, Store, complaints, named
from tests.mirror.server import Mirror
from tests.mirror.standing import Standing, answers, compiled, marts, stand

pytestmark = [pytest.mark.mirror, pytest.mark.xdist_group("mirror landings")]
# In the fall: the file of 4 June is out since 08:00, its funds' flow follows at 12:00.
MORNING = datetime(2026, 6, 5, 10, 25)
# The flow of 3 June came out two hours ago; the session was not yet complete 36 hours ago.
AFTERNOON = datetime(2026, 6, 4, 14)
# To the second when the file of 31 May comes out, and one second before.
FILE_OUT = datetime(2026, 6, 1, 8)
CLOCKS = [MORNING, AFTERNOON, FILE_OUT]
EVENT = {
    "fct_price_hourly": "period_end_at",
    "fct_price_daily": "low_at",
    "fct_open_interest_hourly": "snapshot_at",
    "fct_open_interest_daily": "snapshot_at",
    "fct_etf_flow_daily": "session_close_at",
    "fct_difficulty_epoch": "retarget_at",
}


@dataclass(frozen=True)
class Stands:
    """Runs at each clock and one long after, with the models to ask them."""

    at: dict[datetime | None, Standing]
    warehouse: Path
    project: CompiledProject


@pytest.fixture(scope="module")
def stands(mirror_process: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Stands:
    mirror_process.reset()
    folder = tmp_path_factory.mktemp("standing")
    at: dict[datetime | None, Standing] = {}
    for number, clock in enumerate([*CLOCKS, None]):
        store = Store(mirror_process, Places(folder / str(number)))
        at[clock] = stand(store, clock, date(2026, 6, 10))
    warehouse, project = compiled(at[MORNING].store.places, MORNING, folder)
    return Stands(at, warehouse, project)


@pytest.fixture
def morning(stands: Stands) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse that dbt built at MORNING."""
    with duckdb.connect(str(stands.warehouse), read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("clock", CLOCKS, ids=str)
@pytest.mark.parametrize("dataset", ALL, ids=named)
def test_no_raw_row_lies_after_the_clock(stands: Stands, dataset: Dataset, clock: datetime) -> None:
    rows = stands.at[clock].store.raw(dataset)
    assert rows.height
    moments = [name for name, kind in rows.schema.items() if kind == pl.Datetime("us")]
    newest = rows.select(pl.col(moments).max()).row(0, named=True)
    assert {name: at for name, at in newest.items() if at is not None and at > clock} == {}


@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_the_last_file_is_that_of_yesterday_once_it_is_out(stands: Stands, clock: datetime) -> None:
    standing = stands.at[clock]
    for dataset in (SPOT, METRICS):
        report = standing.reports[dataset.key]
        assert report.last_day == clock.date() - timedelta(days=1)
        assert complaints(report) == {}


def test_a_file_is_not_there_a_second_before_it_is_out_and_is_not_missing(store: Store) -> None:
    report = store.land(SPOT, date(2026, 5, 30), date(2026, 5, 31), now=FILE_OUT - timedelta(seconds=1))
    assert (report.last_day, report.missing_days) == (date(2026, 5, 30), [])
    report = store.land(SPOT, date(2026, 5, 30), date(2026, 5, 31), now=FILE_OUT)
    assert (report.last_day, report.missing_days) == (date(2026, 5, 31), [])


@pytest.mark.parametrize("table", sorted(EVENT))
def test_no_row_of_a_mart_lies_after_the_clock(morning: duckdb.DuckDBPyConnection, table: str) -> None:
    query = f"select count(*), max(known_at), max({EVENT[table]}) from marts.{table}"
    [(rows, known, event)] = morning.execute(query).fetchall()
    assert rows
    assert known <= MORNING
    assert event <= MORNING


def test_the_newest_session_is_provisional_and_without_a_flow(morning: duckdb.DuckDBPyConnection) -> None:
    sessions = morning.execute(
        "select session_date, status, flow_usd is not null from marts.fct_etf_flow_daily "
        "where session_date >= date '2026-06-02' order by 1"
    ).fetchall()
    assert sessions == [
        (date(2026, 6, 2), "final", True),
        (date(2026, 6, 3), "final", True),
        (date(2026, 6, 4), "provisional", False),
    ]


def test_a_flow_that_just_came_out_is_provisional(stands: Stands) -> None:
    with marts(stands.project, stands.at[AFTERNOON].raw, AFTERNOON) as connection:
        sessions = connection.execute(
            "select session_date, status, flow_usd is not null, is_provisional from marts.fct_etf_flow_daily "
            "where session_date >= date '2026-06-02' order by 1"
        ).fetchall()
    assert sessions == [
        (date(2026, 6, 2), "final", True, False),
        (date(2026, 6, 3), "provisional", True, True),
    ]


def test_the_clock_stamps_what_was_just_fetched_and_estimates_what_is_old(stands: Stands) -> None:
    flows = stands.at[MORNING].store.raw(FLOWS)
    recent = flows.filter(pl.col("session_date") >= date(2026, 6, 2))
    assert recent.select("known_at", "is_known_at_estimated").unique().rows() == [(MORNING, False)]
    old = flows.filter(pl.col("session_date") < date(2026, 6, 2))
    assert old["is_known_at_estimated"].all()
    assert (old["known_at"] - old["session_date"].cast(pl.Datetime("us"))).unique().to_list() == [timedelta(hours=36)]


@pytest.mark.parametrize("clock", CLOCKS, ids=str)
def test_a_run_of_today_asked_as_of_then_answers_as_a_run_of_then(stands: Stands, clock: datetime) -> None:
    with marts(stands.project, stands.at[clock].raw, clock) as connection:
        then = answers(stands.project, connection)
    with marts(stands.project, stands.at[None].raw, clock) as connection:
        now = answers(stands.project, connection)
    assert then["fct_price_hourly"]
    assert then["fct_open_interest_hourly"]
    assert now == then


@pytest.mark.parametrize("hours", [0, 7.999, 8, 12, 20, 71.5], ids=lambda hours: f"{hours} h")
def test_at_any_as_of_time_nothing_known_later_is_visible(stands: Stands, hours: float) -> None:
    as_of = datetime(2026, 6, 4) + timedelta(hours=hours)
    with marts(stands.project, stands.at[None].raw, as_of) as connection:
        for table, event in EVENT.items():
            query = f"select max(known_at), max({event}) from marts.{table}"
            [(known, newest)] = connection.execute(query).fetchall()
            assert max(known, newest) <= as_of, table


def test_what_was_fetched_in_the_morning_was_not_known_the_day_before(stands: Stands) -> None:
    """The run of MORNING asked about AFTERNOON may lack what it fetched too late to tell; it never knows more."""
    with marts(stands.project, stands.at[MORNING].raw, AFTERNOON) as connection:
        told_later = answers(stands.project, connection)
    with marts(stands.project, stands.at[AFTERNOON].raw, AFTERNOON) as connection:
        then = answers(stands.project, connection)
    for table in ("fct_price_hourly", "fct_price_daily", "fct_open_interest_hourly", "fct_open_interest_daily"):
        assert set(told_later[table]) <= set(then[table])
        assert len(told_later[table]) < len(then[table])
