"""One raw asset per contract, partitioned by UTC day; those that a run selects are landed together, hosts in parallel.

Adding a dataset adds no line here. What a landing means is in ingestion/; this only shows it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from ingestion.contract import Dataset, load_contracts
from orchestration import progress
from orchestration.advice import what_to_do
from orchestration.defs.failures import advice
from orchestration.defs.resources import RunScope
from orchestration.lateness import LATE
from orchestration.run_scope import FIRST_DAY

UTC_DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), end_offset=1)
OWNERS = ["team:data"]
FRESH = {
    cadence: dg.FreshnessPolicy.time_window(warn_window=late.warn, fail_window=late.fail)
    for cadence, late in LATE.items()
}
DATASETS = {dg.AssetKey(["raw", dataset.source, dataset.name]): dataset for dataset in load_contracts()}

if TYPE_CHECKING:
    from orchestration.landing_log import Landing


def _spec(key: dg.AssetKey, dataset: Dataset) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        description=dataset.description,
        group_name=dataset.topic,
        kinds={"parquet", "polars"},
        owners=OWNERS,
        # What is asked only on request is never late.
        freshness_policy=FRESH[dataset.cadence] if dataset.access == "keyless" else None,
        metadata={
            "host": dataset.host,
            "access": dataset.access,
            "grain": ", ".join(dataset.grain),
            "cadence": dataset.cadence,
            "proof": "read from real answers" if dataset.is_proven else "unproven against real bytes",
            "licence": dg.MetadataValue.url(dataset.licence_url),
        },
        skippable=True,
    )


def _checks(key: dg.AssetKey) -> Iterator[dg.AssetCheckSpec]:
    yield dg.AssetCheckSpec("readable", asset=key, blocking=True, description="The newest answers meet the contract.")
    yield dg.AssetCheckSpec(
        "complete",
        asset=key,
        description="Every question was answered, no row broke a rule, every expected period of the window is there.",
    )


@dg.multi_asset(
    name="land",
    specs=[_spec(key, dataset) for key, dataset in DATASETS.items()],
    check_specs=[check for key in DATASETS for check in _checks(key)],
    partitions_def=UTC_DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
)
def land(context: dg.AssetExecutionContext, scope: RunScope) -> Iterator[Any]:
    """Land the selected datasets over the run's days. One that breaks fails the step after all others have landed."""
    # Polars, pyarrow and the client are needed to land, not to show what could be landed.
    from ingestion.together import ingest_all
    from orchestration import landing_log

    window = scope.window(context.run.tags, scope.now().date())
    keys = {DATASETS[key].key: key for key in context.selected_asset_keys}
    broken: list[tuple[str, Exception]] = []
    with scope.client() as client:
        selected = [DATASETS[key] for key in sorted(keys.values())]
        for dataset, report in ingest_all(selected, window, client, scope.places, progress.tell):
            if isinstance(report, Exception):
                broken.append((dataset.key, report))
                continue
            landing = landing_log.save(report, context.run.run_id, client.now, scope.places)
            yield dg.MaterializeResult(asset_key=keys[dataset.key], metadata=_metadata(landing))
            if not landing.not_asked:
                yield from landing_checks(keys[dataset.key], landing)
    if broken:
        first, error = broken[0]
        more = f" (and {len(broken) - 1} more datasets)" if len(broken) > 1 else ""
        told = {"what_to_do": dg.MetadataValue.text(what_to_do("land", error))}
        raise dg.Failure(f"{first}{more}: {error}", metadata=told) from error


def landing_checks(key: dg.AssetKey, landing: "Landing") -> Iterator[dg.AssetCheckResult]:
    """A landing as check results. Only an answer that breaks the contract stops what comes after."""
    gaps = {**dict.fromkeys(landing.missing_days, 0), **landing.partial_days}
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name="readable",
        passed=not landing.unreadable,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "unreadable": len(landing.unreadable),
            "first": "\n".join(landing.unreadable[:5]) or "none",
            **(advice("land") if landing.unreadable else {}),
        },
    )
    yield dg.AssetCheckResult(
        asset_key=key,
        check_name="complete",
        passed=not (landing.failures or landing.quarantined or gaps),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            "unanswered": len(landing.failures),
            "first": "\n".join(landing.failures[:5]) or "none",
            "quarantined": dg.MetadataValue.json(landing.quarantined),
            "rows_by_incomplete_day": dg.MetadataValue.json(gaps),
        },
    )


def _metadata(landing: "Landing") -> dict[str, dg.MetadataValue]:
    if landing.not_asked:
        return {
            "not_asked": dg.MetadataValue.text(landing.not_asked),
            "dagster/row_count": dg.MetadataValue.int(landing.rows),
        }
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


defs = dg.Definitions(assets=[land])
