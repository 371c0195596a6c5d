"""A bundled case takes the place of live data only when somebody says so."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import orjson
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.run_job import RunOutcome
from tests.end_to_end.children import Machine
from tests.end_to_end.in_process import errors_of
from tests.end_to_end.questions import ask
from tests.end_to_end.test_bundled_case import MARTS
from tests.end_to_end.three_days import Days

pytestmark = pytest.mark.xdist_group("case")


@pytest.mark.long
def test_two_runs_give_the_same_tables_in_whatever_time_zone(
    case_over_live: tuple[Machine, CompletedProcess[str]], published_case: Machine
) -> None:
    machine, _ = case_over_live
    [candidate] = (machine.data / "published" / "candidates").iterdir()
    here, abroad = (
        orjson.loads((folder / "manifest.json").read_bytes())
        for folder in (published_case.data / "published" / "latest", candidate)
    )
    assert len(here["tables"]) == 2 * len(MARTS) + 1
    assert abroad["tables"] == here["tables"]
    assert abroad["release_id"] != here["release_id"]
    assert machine.hosts_sought() == []


@pytest.mark.long
def test_live_data_are_replaced_only_by_whoever_says_that_they_may_be(
    case_over_live: tuple[Machine, CompletedProcess[str]], days: Days
) -> None:
    _, typed = case_over_live
    told = " ".join(typed.stdout.split())
    assert typed.returncode == 1
    assert "the current release" in told
    assert "is live data" in told
    assert f"not published; the current release stays: {days.good.release_id}" in told
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

    def run_job(
        settings: object, places: object, window: object, instants: object, replaces_live: bool, job: str
    ) -> RunOutcome:
        heard.append(replaces_live)
        return RunOutcome("run", False, [], [], 0, 0, 0)

    monkeypatch.setattr("orchestration.run_command.run_job", run_job)
    monkeypatch.setenv("UNWIND_DATA_DIR", str(tmp_path))
    for flags in ([], ["--replace-live"]):
        assert CliRunner().invoke(app, ["run", *flags]).exit_code == 1
    assert heard == [False, True]


def test_a_case_is_replayed_as_a_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNWIND_DATA_DIR", str(tmp_path / "data"))
    for flags in (["--from", "2026-02-05"], ["--case", "feb_2026", "--to", "2026-02-06"]):
        typed = CliRunner().invoke(app, ["run", *flags])
        assert typed.exit_code == 1
        assert "--from and --to need --live" in typed.output
    assert not (tmp_path / "data").exists()
