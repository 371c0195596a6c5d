"""The expensive runs, each made once per worker: tests that share one are in one xdist group."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from orchestration.manifest import manifest_path
from tests.end_to_end.children import Machine
from tests.end_to_end.three_days import Days, live_through

# Somebody's keys and address. A case asks nobody, so none of them may be anywhere afterwards: test_canary_key.py.
KEYS = {
    "UNWIND_FRED_KEY": "fred-CANARY/+51d0e2",
    "UNWIND_COINALYZE_KEY": "coinalyze-CANARY/+7f3a9c",
    "UNWIND_ALERT_URLS": "json://127.0.0.1/CANARY",
}


@dataclass(frozen=True)
class CaseRuns:
    """The bundled case, run twice into one data folder."""

    machine: Machine
    first: CompletedProcess[str]
    second: CompletedProcess[str]
    raw_before: dict[str, bytes]
    raw_after: dict[str, bytes]


@pytest.fixture(scope="session")
def parsed_project() -> Path:
    """dbt's manifest, up to date, so that no measurement and no race includes parsing."""
    return manifest_path()


@pytest.fixture(scope="session")
def case_machine(
    tmp_path_factory: pytest.TempPathFactory, parsed_project: Path
) -> tuple[Machine, CompletedProcess[str]]:
    """A machine on which the bundled case has run once, and how that run ended."""
    machine = Machine(tmp_path_factory.mktemp("case"))
    return machine, machine.unwind("run", "--case", "feb_2026", **KEYS)


@pytest.fixture(scope="session")
def case_runs(case_machine: tuple[Machine, CompletedProcess[str]]) -> CaseRuns:
    machine, first = case_machine
    before = _raw(machine)
    return CaseRuns(machine, first, machine.unwind("run", "--case", "feb_2026"), before, _raw(machine))


@pytest.fixture(scope="session")
def published_case(case_machine: tuple[Machine, CompletedProcess[str]]) -> Machine:
    """A machine with the bundled case published, for tests that only read it."""
    machine, first = case_machine
    assert first.returncode == 0, first.stdout + first.stderr
    return machine


@pytest.fixture(scope="session")
def days(tmp_path_factory: pytest.TempPathFactory) -> Days:
    """Three live runs against the loopback exchange."""
    return live_through(tmp_path_factory.mktemp("live") / "data")


@pytest.fixture(scope="session")
def case_over_live(days: Days, published_case: Machine) -> tuple[Machine, CompletedProcess[str]]:
    """The bundled case, run under another time zone on a machine whose readers have live data.

    Its answers are those of the first run: that they are generated alike is tested beside the generator.
    """
    machine = Machine(days.desk.data.parent)
    answers = Path("cases", "feb_2026", "source")
    shutil.copytree(published_case.data / answers, machine.data / answers)
    return machine, machine.unwind("run", "--case", "feb_2026", TZ="Asia/Shanghai")


def _raw(machine: Machine) -> dict[str, bytes]:
    root = machine.data / "cases" / "feb_2026" / "raw"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.parquet"))}
