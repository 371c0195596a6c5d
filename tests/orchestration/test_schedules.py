"""A scheduled run plans what is asked for and nothing else; a server's schedules are on, a laptop's are not."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from ingestion.contract import load_contracts
from orchestration.definitions import defs
from orchestration.defs import old_runs as pruning

AT = datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
STATUSES = (
    "import warnings; warnings.simplefilter('ignore'); from orchestration.definitions import defs; "
    "print({s.default_status.value for s in defs.schedules}, "
    "sorted(s.name for s in defs.sensors if s.default_status.value == 'RUNNING'))"
)


def _evaluated(schedule: str) -> dg.ScheduleEvaluationContext | object:
    context = dg.build_schedule_context(scheduled_execution_time=AT)
    return defs.resolve_schedule_def(schedule)(context)


def test_a_run_is_planned_without_what_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNWIND_SOURCES", "binance_vision")
    request = _evaluated("daily")
    assert isinstance(request, dg.RunRequest)
    raw = {key.to_user_string() for key in request.asset_selection or [] if key.path[0] == "raw"}
    assert raw == {f"raw/{dataset.key}" for dataset in load_contracts() if dataset.source == "binance_vision"}
    assert dg.AssetKey(["release", "published"]) in (request.asset_selection or [])
    assert request.run_key == "daily-2026-06-02"


def test_a_job_that_lands_only_builds_nothing() -> None:
    request = _evaluated("quarter_hourly")
    assert isinstance(request, dg.RunRequest)
    assert {key.path[0] for key in request.asset_selection or []} == {"raw"}


def test_a_schedule_without_a_source_skips_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNWIND_SOURCES", "sosovalue")
    skipped = _evaluated("ten_minutes")
    assert isinstance(skipped, dg.SkipReason)
    assert "UNWIND_SOURCES" in (skipped.skip_message or "")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "{'STOPPED'} []"),
        ({"UNWIND_UNATTENDED": "true"}, "{'RUNNING'} ['old_runs', 'repair']"),
        (
            {"UNWIND_UNATTENDED": "true", "UNWIND_ALERT_URLS": "json://127.0.0.1"},
            "{'RUNNING'} ['alerts', 'old_runs', 'repair']",
        ),
    ],
    ids=["laptop", "server", "server with an address"],
)
def test_schedules_are_on_where_nobody_is(
    settings: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    child = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", STATUSES], capture_output=True, text=True, check=False, timeout=120
    )
    assert child.stdout.strip() == told, child.stderr


def test_old_runs_are_forgotten_and_young_ones_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    @dg.job
    def nothing() -> None: ...

    with dg.DagsterInstance.ephemeral() as instance:
        assert nothing.execute_in_process(instance=instance).success
        context = dg.build_sensor_context(instance=instance)
        assert "0 run(s)" in str(pruning.old_runs(context).skip_message)
        monkeypatch.setattr(pruning, "KEPT", timedelta(seconds=-5))
        assert "1 run(s)" in str(pruning.old_runs(context).skip_message)
        assert instance.get_runs() == []
