"""The frame of `make bench` cannot rot: every goal is measured by one module, and small runs reach the page."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.bench import page, record
from tests.bench.__main__ import MODULES, chosen, measured
from tests.bench.found import Found
from tests.bench.goals import GOALS, Goal

AT_LEAST = Goal("G0 least", "more is better", 2, at_least=True)
AT_MOST = Goal("G0 most", "less is better", 2)
PEER = Goal("G0 peer", "a peer / ours", 2, at_least=True, is_peer=True)
GOALS_BY_KEY = {goal.key: goal for goal in GOALS}


def entries(figures: dict[str, float], absent: dict[str, str] | None = None) -> dict[str, record.Entry]:
    return {"some": record.entry(Found(figures, absent or {}, ["a few rows"]), "tiny", 0.1)}


def test_every_goal_is_measured_by_one_module() -> None:
    measured_keys = [key for keys in MODULES.values() for key in keys]
    assert sorted(measured_keys) == sorted(goal.key for goal in GOALS)
    numbers = {goal.number for goal in GOALS} - {"own"}
    assert numbers == {f"G{number}" for number in range(1, 17)} - {"G4"}  # which was never set


@pytest.mark.parametrize(
    ("goal", "figure", "said", "fails"),
    [
        (AT_LEAST, 2.0, "met", False),
        (AT_LEAST, 1.99, "**MISSED**", True),
        (AT_MOST, 2.0, "met", False),
        (AT_MOST, 2.01, "**MISSED**", True),
        (PEER, 1.5, "**MISSED**", False),
        (PEER, 0.9, "peer ahead", False),
    ],
)
def test_a_missed_bar_is_told_and_only_ours_fail(goal: Goal, figure: float, said: str, fails: bool) -> None:
    found = page.by_goal(entries({goal.key: figure}), goal)
    assert page.verdict(goal, found) == said
    assert page.is_missed(goal, found) is fails


def test_what_is_absent_never_passes() -> None:
    found = page.by_goal(entries({}, {AT_MOST.key: "dlt is not installed"}), AT_MOST)
    assert (page.measured(AT_MOST, found), page.verdict(AT_MOST, found)) == ("absent: dlt is not installed", "-")
    assert (page.measured(AT_MOST, None), page.verdict(AT_MOST, None)) == ("not measured", "-")


def test_goals_are_chosen_by_number_by_key_or_by_module() -> None:
    assert chosen("G8 peak,G14") == ["trades", "stored"]
    assert chosen("landing") == ["landing"]
    assert "scale" not in chosen("")
    assert chosen("", is_scale=True) == ["scale"]


def test_a_module_that_fails_or_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> Found:
        raise AssertionError("the answers differ")

    monkeypatch.setattr(import_module("tests.bench.stored"), "measure", breaks)
    assert measured("stored", "tiny").failure == "AssertionError: the answers differ"
    monkeypatch.setitem(MODULES, "nowhere", ("G16 run",))
    assert measured("nowhere", "tiny").absent["G16 run"] == "not measured here, there is no tests.bench.nowhere"


def test_small_runs_reach_the_page(tmp_path: Path) -> None:
    found = {module: measured(module, "tiny") for module in ("stored", "landing")}
    assert {module: one.failure for module, one in found.items()} == dict.fromkeys(found)
    record.save(found, tmp_path / "kept.json")
    told = page.page(record.load(tmp_path / "kept.json"))
    assert (
        f"| G14 | {GOALS_BY_KEY['G14 size'].what} | {found['stored'].figures['G14 size']:.3g} | <= 0.85 | met |" in told
    )
    assert "4 pages of 1,000 candles" in told
    assert "| G15 | whole run: names that never resolve / normal, wall | not measured |" in told


@pytest.mark.long
@pytest.mark.parametrize("module", [name for name in MODULES if name not in ("stored", "landing", "distributed")])
def test_every_module_measures_what_it_says(module: str) -> None:
    one = measured(module, "tiny")
    assert one.failure is None
    assert sorted([*one.figures, *one.absent]) == sorted(MODULES[module])
