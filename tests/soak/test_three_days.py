"""Three days of June 2026 go by for a server that nobody looks at, with sources that fail and a machine that goes down.

The mirror's clock is stepped and the daemon schedules by it; schedules and sensors are on because the server says so.
Afterwards no period is missing that a run at the end would find, and every release was audited.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickStatus
from dagster._utils.schedules import reverse_cron_string_iterator

from ingestion.coverage import find_gaps, landed_days
from ingestion.places import Places
from ingestion.windows import Window
from orchestration.ledger import published_ids
from orchestration.receipt import objections, read_receipt
from orchestration.rules import load_rules
from orchestration.shelf import released_folder
from tests.end_to_end.children import Machine
from tests.end_to_end.questions import ask
from tests.mirror.bundle import JUNE, land, newest
from tests.mirror.landing import not_among
from tests.mirror.server import Mirror
from tests.soak.postgres import Postgres
from tests.soak.server import Server

pytestmark = [pytest.mark.soak, pytest.mark.mirror, pytest.mark.timeout(3600)]
ARMED = datetime(2026, 6, 2, 9, 6, 58)
PATIENCE_SECONDS = 600.0
# An event that makes a run anew comes within seconds; quiet for this long is done.
QUIET_SECONDS = 12.0
UNDER_WAY = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass(frozen=True)
class Step:
    """A moment, what is wrong with the sources then, and whether a run's process is killed or the server was down."""

    now: datetime
    faults: tuple[str, ...] = ()
    is_killed: bool = False
    was_down: bool = False


# Every step is in the half hour in which no schedule is due, since the clock goes on while its runs do.
DAYS = (
    Step(datetime(2026, 6, 2, 12, 31, 58), ("kind=503,rate=0.15", "kind=truncate,rate=0.05")),
    Step(datetime(2026, 6, 2, 20, 31, 58), ("kind=429,rate=0.1,retry_after=1",)),
    # The daily files are late, and a source renames a field: nothing may be published from it.
    Step(
        datetime(2026, 6, 3, 12, 31, 58),
        (
            "host=data.binance.vision,kind=503",
            "host=fapi.binance.com,path=*fundingRate*,kind=drift_rename:fundingRate>rate",
        ),
    ),
    Step(datetime(2026, 6, 3, 20, 31, 58), is_killed=True),
    Step(datetime(2026, 6, 4, 20, 31, 58), ("host=api.sosovalue.xyz,kind=html200",), was_down=True),
    Step(datetime(2026, 6, 5, 12, 31, 58)),
)
LAST = DAYS[-1].now


@dataclass
class Soaked:
    """What three days left behind."""

    server: Server
    mirror: Mirror
    places: Places
    runs: list[dg.DagsterRun] = field(default_factory=list)
    failed_ticks: list[str] = field(default_factory=list)
    fired: dict[Step, int] = field(default_factory=dict)
    killed: int = 0
    seconds: float = 0.0
    memory_bytes: int = 0


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Soaked]:
    """Live through the days, step by step, doing nothing but moving the clock and breaking things."""
    machine = Machine(tmp_path_factory.mktemp("days"))
    keys = {dataset.key_env: "any" for dataset in JUNE if dataset.key_env}
    settings = {
        "UNWIND_UNATTENDED": "true",
        "UNWIND_SOURCES": ",".join(dataset.key for dataset in JUNE),
        "UNWIND_RETRY_WAIT_SECONDS": "0.05",
        "UNWIND_DEADLINE_SECONDS": "10",
        "UNWIND_KEEP_RELEASES": "100",
        **keys,
    }
    began = time.monotonic()
    with Mirror("--seed", "7") as mirror:
        mirror.now(ARMED)
        with Server(machine, postgres, UNWIND_MIRROR=mirror.url, **settings) as server:
            found = Soaked(server, mirror, Places(machine.data))
            server.start("code")
            server.wait_for_the_code()
            with server.instance() as instance:
                _start_daemon(server)
                _wait_until(lambda: _is_armed(instance), found, "schedules were not switched on")
                for step in DAYS:
                    _live_through(step, found, instance)
                found.runs = list(instance.get_runs())
                found.failed_ticks = [
                    f"{state.name}: {tick.error.message if tick.error else ''}"
                    for state in instance.all_instigator_state()
                    for tick in instance.get_ticks(
                        state.instigator_origin_id, state.selector_id, statuses=[TickStatus.FAILURE]
                    )
                ]
            found.memory_bytes = int(postgres.ask("select pg_database_size('postgres')")[0][0])
            found.seconds = time.monotonic() - began
        mirror.faults()
        print(
            f"\nthree days in {found.seconds:.0f} s: {len(found.runs)} runs, "
            f"{len(published_ids(found.places.published))} releases, Postgres {found.memory_bytes / 1e6:.1f} MB; "
            f"{dict(Counter((run.job_name, run.status.value) for run in found.runs))}"
        )
        yield found


def _start_daemon(server: Server) -> None:
    server.start("daemon", sys.executable, "-W", "ignore", "-m", "tests.soak.stepped_daemon")


def _live_through(step: Step, found: Soaked, instance: dg.DagsterInstance) -> None:
    if step.was_down:
        found.server.stop("daemon")
        found.server.stop("code")
    found.mirror.faults(*step.faults)
    found.mirror.now(step.now)
    if step.was_down:
        found.server.start("code")
        found.server.wait_for_the_code()
        _start_daemon(found.server)
    if step.is_killed:
        _wait_until(lambda: bool(_started(instance)), found, "no run started that could be killed")
        time.sleep(1)
        for pid in found.server.runs_of():
            os.kill(pid, signal.SIGKILL)
            found.killed += 1
    began = time.monotonic()
    quiet_since: float | None = None

    def is_over() -> bool:
        nonlocal quiet_since
        # Two runs at one frozen instant would say other things of the same knowledge.
        found.mirror.now(step.now + timedelta(seconds=round(time.monotonic() - began)))
        if instance.get_runs_count(dg.RunsFilter(statuses=UNDER_WAY)) or not _has_ticked(instance, step.now):
            quiet_since = None
            return False
        quiet_since = quiet_since or time.monotonic()
        return time.monotonic() - quiet_since > QUIET_SECONDS

    _wait_until(is_over, found, f"{step.now} did not end")
    found.fired[step] = found.mirror.faults_fired


def _started(instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    return list(instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])))


def _states(instance: dg.DagsterInstance, kind: InstigatorType) -> list[Any]:
    return [state for state in instance.all_instigator_state() if state.instigator_type is kind]


def _is_armed(instance: dg.DagsterInstance) -> bool:
    return len(_states(instance, InstigatorType.SCHEDULE)) == 6 and len(_states(instance, InstigatorType.SENSOR)) >= 2


def _has_ticked(instance: dg.DagsterInstance, now: datetime) -> bool:
    """Whether the newest tick of every schedule and of the repair sensor is the one that is due."""
    moment = now.replace(tzinfo=UTC).timestamp()
    for state in _states(instance, InstigatorType.SCHEDULE):
        zone = "America/New_York" if state.name.startswith("new_york") else "UTC"
        due = next(reverse_cron_string_iterator(moment, state.instigator_data.cron_schedule, zone)).timestamp()
        if due > ARMED.replace(tzinfo=UTC).timestamp() and _last_tick(instance, state) < due:
            return False
    repair = next(state for state in _states(instance, InstigatorType.SENSOR) if state.name == "repair")
    return _last_tick(instance, repair) > moment - 60


def _last_tick(instance: dg.DagsterInstance, state: Any) -> float:
    ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
    return ticks[0].timestamp if ticks and ticks[0].status is not TickStatus.STARTED else 0.0


def _wait_until(is_so: Any, found: Soaked, else_what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"{else_what}\n{found.server.told()}"
        time.sleep(1)


def test_the_faults_came(soaked: Soaked) -> None:
    for step in DAYS:
        assert bool(soaked.fired[step]) is bool(step.faults), step
    assert soaked.killed


def test_no_expected_day_is_missing(soaked: Soaked) -> None:
    window = Window(date(2026, 5, 31), date(2026, 6, 4))
    gaps = {}
    for dataset in JUNE:
        if dataset.expected_per_day is not None and not dataset.is_snapshot:
            landed = landed_days(soaked.places.raw, dataset, window)
            assert not landed.is_empty(), dataset.key
            if days := find_gaps(dataset, landed, window, LAST).days:
                gaps[dataset.key] = days
    assert gaps == {}


def test_nothing_is_missing_that_a_run_at_the_end_finds(soaked: Soaked, tmp_path: Path) -> None:
    lasting = tuple(dataset for dataset in JUNE if not dataset.is_snapshot)
    clean = Places(tmp_path / "clean")
    land(soaked.mirror, clean, lasting, Window(date(2026, 5, 31), date(2026, 6, 5)), LAST)
    ours, wanted = newest(soaked.places, lasting), newest(clean, lasting)
    missing = {key: not_among(rows, ours[key]).height for key, rows in wanted.items()}
    assert {key: count for key, count in missing.items() if count} == {}


def test_the_published_series_have_no_hole(soaked: Soaked) -> None:
    [(hours, first, last)] = ask(
        soaked.server.machine.database,
        "select count(*), min(period_start_at), max(period_end_at) from marts.fct_price_hourly "
        "where venue = 'binance' and asset = 'BTC'",
    )
    assert hours == (last - first).total_seconds() / 3600
    assert last >= datetime(2026, 6, 5, 9)


def test_every_release_was_audited(soaked: Soaked) -> None:
    published = soaked.places.published
    ids = published_ids(published)
    assert len(ids) >= len(DAYS)
    rules = load_rules()
    for release_id in ids:
        folder = released_folder(published, release_id)
        receipt = read_receipt(folder)
        assert receipt is not None, release_id
        assert list(objections(folder, receipt, release_id, rules, receipt.created_at)) == []
        assert not any(result.is_blocking for result in receipt.results)
    on_the_shelf = {path.name for path in (published / "releases").iterdir() if not path.name.startswith(".")}
    assert on_the_shelf == set(ids)


def test_what_went_wrong_is_what_was_broken(soaked: Soaked) -> None:
    """Failed: runs before daily sources had landed, the renamed field, what was killed, which was tried again."""
    failed = [run for run in soaked.runs if run.status is not dg.DagsterRunStatus.SUCCESS]
    again = {run.parent_run_id for run in soaked.runs if run.parent_run_id}
    broken = [run for run in failed if run.run_id not in again]
    assert 1 <= len(broken) <= 4
    assert again, "a killed run is started again"
    assert all(run.status is dg.DagsterRunStatus.SUCCESS for run in soaked.runs if run.parent_run_id), "and ends well"
    assert soaked.failed_ticks == []


def test_schedules_and_repairs_both_did_their_part(soaked: Soaked) -> None:
    first = [run.tags for run in soaked.runs if not run.parent_run_id]
    by = Counter(tags.get("dagster/schedule_name") or tags.get("dagster/sensor_name") for tags in first)
    assert by["daily"] == by["new_york_morning"] == 4
    assert by["hourly"] == len(DAYS)
    assert by["new_york_close"] == 3
    assert by["repair"] >= 1
