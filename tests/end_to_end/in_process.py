"""Runs of the one job in this process, in a data folder of the test's own. Imports are paid for once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg

from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window
from orchestration.run_job import RELEASE, RunOutcome, run_job
from orchestration.run_scope import tags_of
from orchestration.warehouse import environment
from tests.loopback.exchange import SERVED


@dataclass(frozen=True)
class Desk:
    """Somebody who makes releases: below `data`, asking `mirror` where it is set."""

    data: Path
    mirror: str = ""

    @property
    def published(self) -> Path:
        return self.data / "published"

    def current(self) -> str:
        """The release that readers get."""
        return (self.published / "latest").readlink().name

    def release(self, first: str, last: str, case: str | None = None) -> RunOutcome:
        """Land, build, audit and publish."""
        with self.settings() as settings:
            window = Window(date.fromisoformat(first), date.fromisoformat(last))
            return run_job(settings, Places(self.data, case), window, [], False)

    def steps(self, selected: Sequence[str], *, with_checks: bool = True, **scope: Any) -> dg.ExecuteInProcessResult:
        """Materialise selected assets of the job and no others, as the UI would."""
        from orchestration.definitions import defs

        keys = [dg.AssetKey(path.split("/")) for path in selected]
        day = date(2026, 2, 12)
        with self.settings():
            job = defs.resolve_job_def(RELEASE).get_subset(
                asset_selection=set(keys), asset_check_selection=None if with_checks else set()
            )
            return job.execute_in_process(
                run_config={
                    "resources": {"scope": {"config": scope}},
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                },
                tags=tags_of(Window(day, day)),
                raise_on_error=False,
            )

    @contextmanager
    def settings(self) -> Iterator[Settings]:
        """The settings of this desk, in the environment for as long as the block lasts.

        What Dagster remembers stays in memory: writing it down costs a third of a run, and the runs in children
        of their own do so.
        """
        mirror = {"UNWIND_MIRROR": self.mirror, "UNWIND_SOURCES": SERVED} if self.mirror else {}
        forgetful = patch.object(dg.DagsterInstance, "get", staticmethod(dg.DagsterInstance.ephemeral))
        with (
            forgetful,
            environment(
                UNWIND_DATA_DIR=str(self.data),
                DAGSTER_HOME=str(self.data / "dagster"),
                UNWIND_RETRY_WAIT_SECONDS="0.005",
                **mirror,
            ),
        ):
            yield Settings()


def errors_of(result: dg.ExecuteInProcessResult) -> str:
    """What the failing steps said, down to the first cause."""
    told = []
    for event in result.all_events:
        error = event.step_failure_data.error if event.is_step_failure else None
        while error is not None:
            told.append(error.message)
            error = error.cause
    return "\n".join(told)
