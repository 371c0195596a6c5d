"""The process of the audit: it says what this one would say, errors included, and ends with whoever started it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion.atomic import is_alive
from orchestration.advice import DISK_FULL, what_to_do
from orchestration.audit_process import AuditProcess
from orchestration.refusals import HelperFailed
from tests.orchestration.releasing import SCOPE, audited, candidate, sealed

LEFT_ALONE = """
import time
from orchestration.audit_process import AuditProcess
print(AuditProcess().start().pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def process() -> Iterator[AuditProcess]:
    made = AuditProcess()
    yield made
    made.end()


def test_its_results_are_those_of_an_audit_here(tmp_path: Path, process: AuditProcess) -> None:
    made = candidate(tmp_path, "r1", is_whole=True)
    assert process.judge(made.database, SCOPE) == audited(made)


def test_an_error_is_told_in_its_words_and_the_next_question_is_answered(tmp_path: Path, process: AuditProcess) -> None:
    made = sealed(tmp_path, "r1")
    with pytest.raises(HelperFailed, match="no release at"):
        process.write_brief(tmp_path / "absent.duckdb", made.folder)
    process.write_brief(made.database, made.folder)
    assert (made.folder / "brief.zh.html").exists()


def test_a_full_disk_is_known_as_one(tmp_path: Path, process: AuditProcess) -> None:
    made = sealed(tmp_path, "r1")
    (tmp_path / "brief.html").symlink_to("/dev/full")
    with pytest.raises(HelperFailed) as told:
        process.write_brief(made.database, tmp_path)
    assert what_to_do("audit", told.value) == DISK_FULL


def test_its_own_end_is_told(tmp_path: Path, process: AuditProcess) -> None:
    process.start().kill()
    with pytest.raises(HelperFailed, match="ended with -9"):
        process.judge(tmp_path / "any.duckdb", SCOPE)


def test_it_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", LEFT_ALONE], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        pid = int(starter.stdout.readline())
        starter.send_signal(signal.SIGKILL)
    until = time.monotonic() + 60
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(pid)
