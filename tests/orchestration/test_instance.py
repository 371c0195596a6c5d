"""Dagster's memory of a laptop: settings of our own, and a log that nobody else on the machine reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from ingestion.settings import Settings
from orchestration.cli import app
from orchestration.instance import dagster_home


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set and unset, so that what `dagster_home` sets does not outlive the test."""
    for name in ("DAGSTER_HOME", "DAGSTER_EVENT_BATCH_SIZE"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("UNWIND_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data" / "dagster"


def test_the_log_of_runs_is_for_its_owner_alone_and_telemetry_is_off(home: Path) -> None:
    before = os.umask(0o000)
    try:
        assert dagster_home(Settings()) == home
    finally:
        os.umask(before)
    assert home.stat().st_mode & 0o777 == 0o700
    assert yaml.safe_load((home / "dagster.yaml").read_text())["telemetry"] == {"enabled": False}


def test_the_ui_listens_on_this_machine_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, command: started.append(command))
    assert CliRunner().invoke(app, ["ui", "--port", "3456"]).exit_code == 0
    [command] = started
    assert command[command.index("-h") + 1] == "127.0.0.1"
