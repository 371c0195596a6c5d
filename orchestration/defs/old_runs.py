"""The sensor that keeps Dagster's memory from growing for ever. What is published and landed is not touched."""

from datetime import UTC, timedelta

import dagster as dg

from ingestion.settings import Settings

# A build and its checks are two megabytes of events; two months of them are some four gigabytes.
KEPT = timedelta(days=60)
# A tick has a minute; four times a day this many are more than a day's runs.
AT_ONCE = 200


@dg.sensor(
    minimum_interval_seconds=6 * 60 * 60,
    default_status=dg.DefaultSensorStatus.RUNNING if Settings().unattended else dg.DefaultSensorStatus.STOPPED,
    description=f"Runs and their events are forgotten after {KEPT.days} days; releases and raw data are not.",
)
def old_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """It starts no run."""
    from ingestion.clock import run_clock

    before = run_clock(Settings()).replace(tzinfo=UTC) - KEPT
    ended = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
    old = context.instance.get_run_ids(dg.RunsFilter(statuses=ended, created_before=before), limit=AT_ONCE, cursor=None)
    for run_id in old:
        context.instance.delete_run(run_id)
    return dg.SkipReason(f"{len(old)} run(s) from before {before:%Y-%m-%d} forgotten")


defs = dg.Definitions(sensors=[old_runs])
