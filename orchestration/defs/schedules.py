"""The jobs and when they run by themselves: each source as often as it changes, a release when readers gain by it."""

from functools import partial

import dagster as dg

from ingestion.windows import Window
from orchestration.defs.raw import DATASETS
from orchestration.run_job import LANDING, RELEASE
from orchestration.run_scope import daily_window, hourly_window, tags_of

NEW_YORK = "America/New_York"
_raw = dg.AssetSelection.assets(*DATASETS)
_rest = dg.AssetSelection.all() - _raw


def _of(*cadences: str) -> dg.AssetSelection:
    return dg.AssetSelection.assets(*(key for key, dataset in DATASETS.items() if dataset.cadence in cadences))


def _about(topic: str) -> dg.AssetSelection:
    return dg.AssetSelection.assets(*(key for key, dataset in DATASETS.items() if dataset.topic == topic))


_job = partial(dg.define_asset_job, executor_def=dg.in_process_executor)

release = _job(
    RELEASE,
    selection=dg.AssetSelection.all(),
    description="Land the days of the run, build the warehouse, audit the candidate, publish it.",
)
landing = _job(LANDING, selection=_raw, description="Land the days of the run and nothing more: for backfills.")
refresh = _job(
    "refresh",
    selection=_of("ten_minutes", "quarter_hourly", "hourly") | _rest,
    description="The release job with those sources only that change within a day.",
)
snapshots = _job(
    "snapshots",
    selection=_of("quarter_hourly"),
    description="Keep the state of now of sources that never give it back: option chains, estimates.",
)
blocks = _job(
    "blocks", selection=_of("ten_minutes"), description="Keep the newest blocks and what is forecast of them."
)
close = _job(
    "close",
    selection=_about("macro") | _of("quarter_hourly") | _rest,
    description="The release job with the other markets, and the options as they stand at New York's close.",
)
funds = _job("funds", selection=_about("flows") | _rest, description="The release job with the flows of the funds.")


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


@dg.schedule(
    job=blocks,
    cron_schedule="*/10 * * * *",
    execution_timezone="UTC",
    description="A block takes ten minutes.",
)
def ten_minutes(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    at = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"blocks-{at:%Y-%m-%dT%H%M}", tags=tags_of(Window(at.date(), at.date())))


@dg.schedule(
    job=close,
    cron_schedule="25 16 * * 1-5",
    execution_timezone=NEW_YORK,
    description="After New York's close: the session that bitcoin is compared with.",
)
def new_york_close(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    at = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"close-{at:%Y-%m-%d}", tags=tags_of(hourly_window(at.date())))


@dg.schedule(
    job=funds,
    cron_schedule="15 8 * * 1-6",
    execution_timezone=NEW_YORK,
    description="The morning after a session, when the last issuers have told their flows.",
)
def new_york_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    at = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"funds-{at:%Y-%m-%d}", tags=tags_of(hourly_window(at.date())))


defs = dg.Definitions(
    jobs=[release, landing, refresh, snapshots, blocks, close, funds],
    schedules=[daily, hourly, quarter_hourly, ten_minutes, new_york_close, new_york_morning],
)
