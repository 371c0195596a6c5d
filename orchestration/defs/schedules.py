"""The one job and when it runs by itself: every hour for today, every morning for the days that files cover."""

import dagster as dg

from orchestration.run_job import JOB
from orchestration.run_scope import daily_window, hourly_window, tags_of

release = dg.define_asset_job(
    JOB,
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Land the days of the run, build the warehouse, audit the candidate, publish it.",
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
    job=release,
    cron_schedule="5 * * * *",
    execution_timezone="UTC",
    description="Sources that are asked for their newest state: flows and the chain, today's partition.",
)
def hourly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    at = context.scheduled_execution_time
    return dg.RunRequest(run_key=f"hourly-{at:%Y-%m-%dT%H}", tags=tags_of(hourly_window(at.date())))


defs = dg.Definitions(jobs=[release], schedules=[daily, hourly])
