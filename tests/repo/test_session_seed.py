"""The committed session calendar is what its builder gives today, and holds the sessions known by hand."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"


@pytest.fixture(scope="module")
def sessions() -> dict[str, dict[str, str]]:
    with (SEEDS / "market_sessions.csv").open(encoding="utf-8") as file:
        return {row["session_date"]: row for row in csv.DictReader(file)}


def load_builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_market_sessions", SEEDS / "build_market_sessions.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_committed_file_is_what_the_builder_writes() -> None:
    pytest.importorskip("exchange_calendars")
    assert load_builder().render_sessions() == (SEEDS / "market_sessions.csv").read_text(encoding="utf-8")


def test_february_2026_has_19_sessions_and_no_presidents_day(sessions: dict[str, dict[str, str]]) -> None:
    february = [day for day in sessions if day.startswith("2026-02")]
    assert len(february) == 19
    assert "2026-02-16" not in february


@pytest.mark.parametrize(
    ("day", "close_at", "is_early_close"),
    [
        ("2026-02-06", "2026-02-06 21:00:00", "false"),
        ("2026-03-09", "2026-03-09 20:00:00", "false"),
        ("2026-11-27", "2026-11-27 18:00:00", "true"),
    ],
    ids=["standard time", "first session of daylight saving", "early close"],
)
def test_closes_follow_the_clock_of_new_york(
    sessions: dict[str, dict[str, str]], day: str, close_at: str, is_early_close: str
) -> None:
    assert (sessions[day]["close_at"], sessions[day]["is_early_close"]) == (close_at, is_early_close)


def test_every_session_has_one_row_that_opens_before_it_closes(sessions: dict[str, dict[str, str]]) -> None:
    assert list(sessions) == sorted(sessions)
    assert all(row["open_at"] < row["close_at"] and row["exchange"] == "XNYS" for row in sessions.values())
    assert (min(sessions), max(sessions)) == ("2015-01-02", "2030-12-31")
