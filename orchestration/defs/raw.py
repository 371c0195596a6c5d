"""One raw asset per contract, made by a factory: partitioned by UTC day, landed in a single run.

Adding a dataset adds no line here. What a landing means is in ingestion/; this only shows it.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import dagster as dg

from ingestion.contract import Dataset, load_contracts
from orchestration import progress
from orchestration.defs.resources import RunScope
from orchestration.run_scope import FIRST_DAY, window_of

UTC_DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), end_offset=1)
OWNERS = ["team:data"]
# A landing every hour may miss one, a landing every day may come in the afternoon; after that somebody should look.
LATE = {
    "hourly": dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=2), fail_window=timedelta(hours=6)),
    "daily": dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=36), fail_window=timedelta(hours=60)),
}

if TYPE_CHECKING:
    from orchestration.landing_log import Landing


def raw_key(dataset: Dataset) -> dg.AssetKey:
    return dg.AssetKey(["raw", dataset.source, dataset.name])


def raw_asset(dataset: Dataset) -> dg.AssetsDefinition:
    """The asset of one dataset, with its landing checks."""
    key = raw_key(dataset)

    @dg.asset(
        key=key,
        partitions_def=UTC_DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        group_name=dataset.topic,
        kinds={"parquet", "polars"},
        owners=OWNERS,
        freshness_policy=LATE[dataset.cadence],
        description=dataset.description,
        metadata={
            "host": dataset.host,
            "grain": ", ".join(dataset.grain),
            "cadence": dataset.cadence,
            "licence": dg.MetadataValue.url(dataset.licence_url),
        },
        check_specs=[
            dg.AssetCheckSpec("answered", asset=key, description="Every question to the source got an answer."),
            dg.AssetCheckSpec(
                "readable", asset=key, blocking=True, description="The newest answers meet the contract."
            ),
            dg.AssetCheckSpec("rows_valid", asset=key, description="No row broke a rule of the contract."),
            dg.AssetCheckSpec("complete", asset=key, description="Every expected period of the window is there."),
        ],
    )
    def landed(context: dg.AssetExecutionContext, scope: RunScope) -> Iterator[dg.MaterializeResult[None]]:
        # Polars, pyarrow and the client are needed to land, not to show what could be landed.
        from ingestion.ingest import ingest
        from orchestration import landing_log

        window = window_of(context.run.tags, scope.now().date())
        with scope.client() as client:
            report = ingest(dataset, window, client, scope.places, progress.tell)
            landing = landing_log.save(report, context.run.run_id, client.now, scope.places)
        yield dg.MaterializeResult(
            asset_key=key, metadata=_metadata(landing), check_results=list(landing_checks(key, landing))
        )

    return landed


def landing_checks(key: dg.AssetKey, landing: "Landing") -> Iterator[dg.AssetCheckResult]:
    """A landing as check results. Only an answer that breaks the contract stops what comes after."""
    warn, error = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR
    gaps = {**dict.fromkeys(landing.missing_days, 0), **landing.partial_days}
    yield dg.AssetCheckResult(
        asset_key=key, check_name="answered", passed=not landing.failures, severity=warn,
        metadata={"unanswered": len(landing.failures), "first": "\n".join(landing.failures[:5]) or "none"},
    )  # fmt: skip
    yield dg.AssetCheckResult(
        asset_key=key, check_name="readable", passed=not landing.unreadable, severity=error,
        metadata={"unreadable": len(landing.unreadable), "first": "\n".join(landing.unreadable[:5]) or "none"},
    )  # fmt: skip
    yield dg.AssetCheckResult(
        asset_key=key, check_name="rows_valid", passed=not landing.quarantined, severity=warn,
        metadata={"quarantined": dg.MetadataValue.json(landing.quarantined)},
    )  # fmt: skip
    yield dg.AssetCheckResult(
        asset_key=key, check_name="complete", passed=not gaps, severity=warn,
        metadata={"rows_by_incomplete_day": dg.MetadataValue.json(gaps)},
    )  # fmt: skip


def _metadata(landing: "Landing") -> dict[str, dg.MetadataValue]:
    return {
        "dagster/row_count": dg.MetadataValue.int(landing.rows),
        "first_day": dg.MetadataValue.text(landing.first_day or "none"),
        "last_day": dg.MetadataValue.text(landing.last_day or "none"),
        "answers_captured": dg.MetadataValue.int(landing.captured),
        "questions_skipped": dg.MetadataValue.int(landing.skipped),
        "partitions_landed": dg.MetadataValue.text(", ".join(landing.landed) or "none: nothing new"),
        "restated_values": dg.MetadataValue.int(landing.vintages),
        "notices": dg.MetadataValue.text("\n".join(landing.notices) or "none"),
    }


defs = dg.Definitions(assets=[raw_asset(dataset) for dataset in load_contracts()])
