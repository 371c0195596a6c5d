"""docs/benchmarks.md and what a run prints, both from what is recorded. Nothing is measured here."""

from __future__ import annotations

from collections.abc import Mapping

from ingestion.atomic import write_atomically
from tests.bench.goals import GOALS, Goal
from tests.bench.places import PROJECT
from tests.bench.record import Entry

PAGE = PROJECT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Written by `make bench` and `make bench-scale` from what they measured; do not edit. Ratios travel between machines,
seconds do not. Data are generated and seeded; answers are compared with a second engine before a time counts; figures
are medians of rounds in which each contender ran once. Bars of peers fail no run: *peer ahead* says that for this job,
on these versions, the peer takes less, and MISSED that it is nearer than it should be.
"""


def write(entries: Mapping[str, Entry]) -> None:
    write_atomically(PAGE, lambda part: part.write_text(page(entries)))


def page(entries: Mapping[str, Entry]) -> str:
    parts = [HEAD, *_machines(entries), "\n| goal | what | measured | bar | verdict | on |\n|---|---|---|---|---|---|"]
    for goal in GOALS:
        found = by_goal(entries, goal)
        number = goal.number if goal.number != "own" else ""
        on = f"{found[1].date}{'' if found[1].size == 'full' else ', ' + found[1].size}" if found else ""
        parts.append(
            f"| {number} | {goal.what} | {measured(goal, found)} | {goal.asked} | {verdict(goal, found)} | {on} |"
        )
    parts.append("\n## What was run")
    for module, one in entries.items():
        told = (one.told or sorted(set(one.absent.values()))) if one.failure is None else [f"failed: {one.failure}"]
        parts.append(f"- **{module}** ({one.seconds:.0f} s): {'; '.join(told)}")
    return "\n".join(parts) + "\n"


def _machines(entries: Mapping[str, Entry]) -> list[str]:
    """Machines and versions, each once, with the modules measured on them."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for module, one in entries.items():
        told = ", ".join(f"{package} {version}" for package, version in one.versions.items())
        grouped.setdefault((one.machine, told), []).append(module)
    return [f"- {machine}; {told}: {', '.join(modules)}" for (machine, told), modules in grouped.items()]


def by_goal(entries: Mapping[str, Entry], goal: Goal) -> tuple[float | str, Entry] | None:
    """The figure, or why there is none, and the entry that says so; None where nothing was measured."""
    for one in entries.values():
        if goal.key in one.figures:
            return one.figures[goal.key], one
        if goal.key in one.absent:
            return one.absent[goal.key], one
    return None


def measured(goal: Goal, found: tuple[float | str, Entry] | None) -> str:
    if found is None:
        return "not measured"
    figure = found[0]
    return f"absent: {figure}" if isinstance(figure, str) else f"{figure:.3g}{goal.unit}"


def verdict(goal: Goal, found: tuple[float | str, Entry] | None) -> str:
    if found is None or isinstance(found[0], str):
        return "-"
    if goal.is_met(found[0]):
        return "met"
    return "peer ahead" if goal.is_peer and found[0] < 1 else "**MISSED**"


def lines(entries: Mapping[str, Entry], goals: tuple[Goal, ...] = GOALS) -> list[str]:
    """The same table for a terminal."""
    told = []
    for goal in goals:
        found = by_goal(entries, goal)
        if found is not None:
            figure, said = measured(goal, found), verdict(goal, found).strip("*")
            told.append(f"{goal.number:<4} {goal.what:<54} {figure:>12}  {goal.asked:<10} {said}")
    return told


def is_missed(goal: Goal, found: tuple[float | str, Entry] | None) -> bool:
    """Whether the run fails for it: bars of our own, not those of peers."""
    return found is not None and not isinstance(found[0], str) and not goal.is_peer and not goal.is_met(found[0])
