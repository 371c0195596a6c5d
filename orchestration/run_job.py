"""Running a job in this process: the same Dagster run that the UI and the schedules start.

Presenting its outcome is the command line's affair.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingestion.cases.prepare import preparing
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window
from orchestration.instance import dagster_home
from orchestration.run_scope import tags_of

RELEASE = "release"
LANDING = "landing"


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How a run ended. errors: what stopped it, in the failing code's own words. refused: failed blocking checks."""

    run_id: str
    success: bool
    errors: list[str]
    refused: list[str]
    checks_passed: int
    checks_warned: int
    checks_failed: int


def run_job(
    settings: Settings,
    places: Places,
    window: Window,
    instants: Sequence[datetime] = (),
    replaces_live: bool = False,
    job: str = RELEASE,
) -> RunOutcome:
    """Run a job to its end, whatever that is: land, build, audit and publish, or only land."""
    dagster_home(settings)
    # A run lives for seconds and makes little garbage: looking for it this often cost a tenth of the run.
    gc.set_threshold(100_000, 50, 100)
    import logging
    import warnings

    with preparing(places):
        import dagster as dg

        # Single-run backfills are marked beta; a user of `unwind run` can do nothing with that.
        warnings.filterwarnings("ignore", category=dg.BetaWarning)
        # A run with nothing new skips its checks, and Dagster would warn of each as if nothing held it back.
        logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
        from orchestration.definitions import defs
        from orchestration.left_out import left_out

        instance = dg.DagsterInstance.get()

    scope = {
        "instants": [moment.isoformat() for moment in instants],
        "replaces_live": replaces_live,
        **({"case": places.case, "days": [f"{window.first}", f"{window.last}"]} if places.case else {}),
    }
    marked = Window(window.last, window.last) if places.case else window
    with instance:
        whole = defs.resolve_job_def(job)
        # What is not asked for is not planned: a plan costs an event per dataset and day.
        unasked = {dg.AssetKey(["raw", *key.split("/")]) for key in left_out(places, settings)}
        result = whole.execute_in_process(
            instance=instance,
            asset_selection=sorted(set(whole.asset_layer.executable_asset_keys) - unasked),
            run_config={
                "resources": {"scope": {"config": scope}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            tags=tags_of(marked),
            raise_on_error=False,
        )
        return _outcome(result)


def _outcome(result: Any) -> RunOutcome:
    import dagster as dg

    evaluations = result.get_asset_check_evaluations()
    warned = [e for e in evaluations if not e.passed and e.severity == dg.AssetCheckSeverity.WARN]
    bad = [e for e in evaluations if not e.passed and e.severity == dg.AssetCheckSeverity.ERROR]
    errors = []
    for event in result.all_events:
        if event.is_step_failure and event.step_failure_data.error:
            error = event.step_failure_data.error
            while error.cause is not None:
                error = error.cause
            # A failed check speaks for itself below; the step only repeats its name.
            if error.cls_name != "DagsterAssetCheckFailedError":
                errors.append(error.message.strip().removeprefix(f"{error.cls_name}: ").strip())
    return RunOutcome(
        run_id=result.run_id,
        success=result.success,
        errors=errors,
        refused=[f"{e.check_name.replace('__', '.')}: {_told(e)}" for e in bad],
        checks_passed=sum(evaluation.passed for evaluation in evaluations),
        checks_warned=len(warned),
        checks_failed=len(bad),
    )


def _told(evaluation: Any) -> str:
    """What a failed check saw: the audit's observation, or the first answer that could not be read."""
    for name in ("observed", "first", "message"):
        if name in evaluation.metadata:
            return str(evaluation.metadata[name].value)
    return "failed"
