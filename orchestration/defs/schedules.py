"""The jobs and when they run by themselves: snapshots every 15 minutes, a refresh every hour, the rest daily."""

from functools import partial

import dagster as dg

from ingestion.windows import Window
from orchestration.defs.raw import DATASETS
from orchestration.run_job import LANDING, RELEASE
from orchestration.run_scope import daily_window, hourly_window, tags_of

QUICK = ("ten_minutes", "quarter_hourly")
_raw = dg.AssetSelection.assets(*DATASETS)
_quick = [key for key, dataset in DATASETS.items() if dataset.cadence in QUICK]
_hourly = [key for key, dataset in DATASETS.items() if dataset.cadence in (*QUICK, "hourly")]


_job = partial(dg.define_asset_job, executor_def=dg.in_process_executor)

release = _job(
    RELEASE,
    selection=dg.AssetSelection.all(),
    description="Land the days of the run, build the warehouse, audit the candidate, publish it.",
)
landing = _job(LANDING, selection=_raw, description="Land the days of the run and nothing more: for backfills.")
refresh = _job(
    "refresh",
    selection=dg.AssetSelection.assets(*_hourly) | (dg.AssetSelection.all() - _raw),
    description="The release job with those sources only that change within a day.",
)
snapshots = _job(
    "snapshots",
    selection=dg.AssetSelection.assets(*_quick),
    description="Keep the state of now of sources that never give it back: option chains, estimates, newest blocks.",
)


@dg.schedule(
    job=release,
    cron_schedule="30 9 * * *",
    execution_timezone="UTC",
    description="After the daily files of the venues are out: the last three days, so that a late file is found.",
)
def daily(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    at = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"daily-{at:%Y-%m-%d}", tags=tags_of(daily_window(at.date())))


@dg.schedule(
    job=refresh,
    cron_schedule="5 * * * *",
    execution_timezone="UTC",
    description="Sources that change within a day: prices, open interest, flows and the chain, today's partition.",
)
def hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    at = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"hourly-{at:%Y-%m-%dT%H}", tags=tags_of(hourly_window(at.date())))


@dg.schedule(
    job=snapshots,
    cron_schedule="*/15 * * * *",
    execution_timezone="UTC",
    description="What nobody can give back later, kept as it is now.",
)
def quarter_hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    at = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"snapshots-{at:%Y-%m-%dT%H%M}", tags=tags_of(Window(at.date(), at.date())))


defs = dg.Definitions(jobs=[release, landing, refresh, snapshots], schedules=[daily, hourly, quarter_hourly])
