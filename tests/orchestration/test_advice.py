"""Every step that can fail says what to do, and a full disk is recognised wherever it is met."""

from __future__ import annotations

from typing import get_args

import dagster as dg
import pytest

from orchestration.advice import ADVICE, DISK_FULL, LOCKED, STAYS, Step, what_to_do
from orchestration.defs.failures import with_advice
from orchestration.refusals import GateRefused, ReleaseLocked


@pytest.mark.parametrize("step", get_args(Step))
def test_every_step_says_what_readers_have_and_what_to_do(step: Step) -> None:
    assert what_to_do(step).startswith(STAYS)
    assert what_to_do(step) == ADVICE[step]


def test_a_full_disk_is_found_below_other_errors() -> None:
    outer = RuntimeError("dbt stopped")
    outer.__cause__ = OSError(28, "No space left on device")
    assert what_to_do("build", outer) == DISK_FULL


def test_a_release_that_is_under_way_elsewhere_is_waited_for() -> None:
    assert what_to_do("publish", ReleaseLocked(7)) == LOCKED


def test_a_failed_step_shows_the_error_and_the_advice_and_keeps_the_cause() -> None:
    refusal = GateRefused("r1", ["it has no receipt"])
    with pytest.raises(dg.Failure) as failed, with_advice("publish"):
        raise refusal
    assert failed.value.description == str(refusal)
    assert failed.value.metadata["what_to_do"].value == ADVICE["publish"]
    assert failed.value.__cause__ is refusal
    assert failed.value.allow_retries is False
