"""The jobs and when they run by themselves: each source as often as it changes, a release when readers gain by it."""

from functools import partial
from typing import Any

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from ingestion.settings import Settings
from ingestion.windows import Window
from orchestration.defs.publish import CANDIDATE, PUBLISHED
from orchestration.defs.raw import DATASETS
from orchestration.defs.warehouse import warehouse
from orchestration.run_job import LANDING, RELEASE
from orchestration.run_scope import daily_window, hourly_window, tags_of

NEW_YORK = "America/New_York"
# Nobody switches schedules on by hand on a server; on a laptop nothing runs by itself unasked.
_by_default = dg.DefaultScheduleStatus.RUNNING if Settings().unattended else dg.DefaultScheduleStatus.STOPPED
_schedule = partial(dg.schedule, default_status=_by_default)


def _raw(*cadences: str, topic: str | None = None) -> list[dg.AssetKey]:
    return [key for key, dataset in DATASETS.items() if dataset.cadence in cadences or dataset.topic == topic]


# What a job asks for; `RAW[job]` by its name.
RAW = {
    RELEASE: list(DATASETS),
    LANDING: list(DATASETS),
    "refresh": _raw("ten_minutes", "quarter_hourly", "hourly"),
    "snapshots": _raw("quarter_hourly"),
    "blocks": _raw("ten_minutes"),
    "close": _raw("quarter_hourly", topic="macro"),
    "funds": _raw(topic="flows"),
}
REST = [*warehouse.keys, CANDIDATE, PUBLISHED]
LANDS_ONLY = (LANDING, "snapshots", "blocks")


def _job(name: str, description: str, **more: Any) -> UnresolvedAssetJobDefinition:
    keys = RAW[name] if name in LANDS_ONLY else [*RAW[name], *REST]
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*keys),
        executor_def=dg.in_process_executor,
        description=description,
        **more,
    )


release = _job(RELEASE, "Land the days of the run, build the warehouse, audit the candidate, publish it.")
landing = _job(
    LANDING,
    "Land the days of the run and nothing more: for backfills, which may take a day.",
    tags={"dagster/max_runtime": "86400"},
)
refresh = _job("refresh", "The release job with those sources only that change within a day.")
snapshots = _job("snapshots", "Keep the state of now of sources that never give it back: option chains, estimates.")
blocks = _job("blocks", "Keep the newest blocks and what is forecast of them.")
close = _job("close", "The release job with the other markets, and the options as they stand at New York's close.")
funds = _job("funds", "The release job with the flows of the funds.")


def _request(job: UnresolvedAssetJobDefinition, run_key: str, window: Window) -> dg.RunRequest | dg.SkipReason:
    """A run without what is not asked for: a plan costs events for every dataset and day."""
    settings = Settings()
    asked = [key for key in RAW[job.name] if not settings.not_asked(DATASETS[key])]
    if not asked:
        return dg.SkipReason("none of its sources is asked for: see UNWIND_SOURCES, UNWIND_ALSO and the keys")
    rest = [] if job.name in LANDS_ONLY else REST
    return dg.RunRequest(run_key=run_key, tags=tags_of(window), asset_selection=[*asked, *rest])


@_schedule(
    job=release,
    cron_schedule="30 9 * * *",
    execution_timezone="UTC",
    description="After the daily files of the venues are out: the last three days, so that a late file is found.",
)
def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    at = context.scheduled_execution_time
    return _request(release, f"daily-{at:%Y-%m-%d}", daily_window(at.date()))


@_schedule(
    job=refresh,
    cron_schedule="5 * * * *",
    execution_timezone="UTC",
    description="Sources that change within a day: prices, open interest, flows and the chain, today's partition.",
)
def hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    at = context.scheduled_execution_time
    return _request(refresh, f"hourly-{at:%Y-%m-%dT%H}", hourly_window(at.date()))


@_schedule(
    job=snapshots,
    cron_schedule="*/15 * * * *",
    execution_timezone="UTC",
    description="What nobody can give back later, kept as it is now.",
)
def quarter_hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    at = context.scheduled_execution_time
    return _request(snapshots, f"snapshots-{at:%Y-%m-%dT%H%M}", Window(at.date(), at.date()))


@_schedule(
    job=blocks,
    cron_schedule="*/10 * * * *",
    execution_timezone="UTC",
    description="A block takes ten minutes.",
)
def ten_minutes(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    at = context.scheduled_execution_time
    return _request(blocks, f"blocks-{at:%Y-%m-%dT%H%M}", Window(at.date(), at.date()))


@_schedule(
    job=close,
    cron_schedule="25 16 * * 1-5",
    execution_timezone=NEW_YORK,
    description="After New York's close: the session that bitcoin is compared with.",
)
def new_york_close(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    at = context.scheduled_execution_time
    return _request(close, f"close-{at:%Y-%m-%d}", hourly_window(at.date()))


@_schedule(
    job=funds,
    cron_schedule="15 8 * * 1-6",
    execution_timezone=NEW_YORK,
    description="The morning after a session, when the last issuers have told their flows.",
)
def new_york_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    at = context.scheduled_execution_time
    return _request(funds, f"funds-{at:%Y-%m-%d}", hourly_window(at.date()))


defs = dg.Definitions(
    jobs=[release, landing, refresh, snapshots, blocks, close, funds],
    schedules=[daily, hourly, quarter_hourly, ten_minutes, new_york_close, new_york_morning],
)
