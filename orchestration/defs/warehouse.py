"""The dbt models as assets and their tests as checks: one build in this process per run, always the whole of it.

A warehouse file belongs to its run, so a selection of models narrows what is shown, never what is built.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import dagster as dg
import orjson
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_asset_check_key_for_test

from ingestion.places import Places
from orchestration.dbt_selection import without_graph_library
from orchestration.defs.failures import with_advice
from orchestration.defs.resources import RunScope, SecondProcess
from orchestration.lock import release_lock
from orchestration.manifest import MANIFEST, manifest_path
from orchestration.warehouse import (
    DATABASE,
    BuildFailed,
    NodeResult,
    WarehouseBuild,
    database_of,
    dbt_build,
    failed,
    prune,
    published_as,
    release_name,
)

if TYPE_CHECKING:
    from orchestration.glance import Glance

OWNERS = ["team:data"]
# A second run of the same data waits for the first one's build, which takes seconds.
WAIT_SECONDS = 600.0


class Translator(DagsterDbtTranslator):
    """Keys are the paths of folders and schemas: raw/<source>/<dataset>, staging/…, marts/fct_…"""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey(["raw", dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        topic = dbt_resource_props.get("config", {}).get("meta", {}).get("topic")
        return topic or _topic_of_folder(dbt_resource_props["fqn"])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:  # noqa: ARG002
        return OWNERS


def _topic_of_folder(fqn: list[str]) -> str:
    """Intermediate models stand in a folder named after their topic; staging and seeds serve several."""
    return fqn[2] if len(fqn) > 3 and fqn[1] == "intermediate" else "staging"


@without_graph_library(dbt_assets)(
    manifest=manifest_path(), dagster_dbt_translator=Translator(), name="dbt_build", pool="duckdb_writer"
)
def warehouse(context: dg.AssetExecutionContext, scope: RunScope, second_process: SecondProcess) -> Iterator[Any]:
    """Build the newest answers, and the marts as they stood at each instant of the case."""
    from orchestration.facts_of_run import inputs_key
    from orchestration.release import current
    from orchestration.rules import load_rules, rule_set_hash

    places = scope.places
    as_of = scope.now()
    # An instant at or after the run's clock would be the newest answers under another name.
    moments = [moment for moment in scope.moments() if moment < as_of]
    key = inputs_key(places, as_of, moments, rule_set_hash(load_rules()))
    now_shown = current(places.published)
    if now_shown is not None and published_as(places, key) == now_shown.release_id:
        # Yielding nothing skips everything downstream: the release that readers see is already this one.
        context.log.info(f"nothing new since release {now_shown.release_id}: not built again")
        return
    with with_advice("build"), release_lock(places.warehouse, patience_seconds=WAIT_SECONDS):
        yield from _build(context, places, as_of, moments, key, second_process)


def _build(
    context: dg.AssetExecutionContext,
    places: Places,
    as_of: datetime,
    moments: list[datetime],
    key: str,
    second_process: SecondProcess,
) -> Iterator[Any]:
    from orchestration.catalog import read_catalog
    from orchestration.glance import glances

    run_id = context.run.run_id
    path = places.warehouse / run_id / DATABASE
    results = dbt_build(places, path, as_of, earlier=moments)
    broken = failed(results)
    if not broken:
        # Loads while events are written; during the build both would have their largest size at once.
        second_process.get().start()
    shown = {} if broken else glances(path, read_catalog(manifest_path()))
    yield from _events(context, results, shown, release_name(as_of, run_id))
    if broken:
        listed = "\n".join(f"{result.unique_id}: {result.message}" for result in broken)
        raise BuildFailed(f"{len(broken)} model(s) or test(s) failed; nothing is published:\n{listed}")
    instants = {moment: database_of(path, moment) for moment in moments}
    WarehouseBuild(run_id, as_of, path, path.with_name(MANIFEST), instants, key).save()
    prune(places)


def _events(
    context: dg.AssetExecutionContext, results: list[NodeResult], shown: "Mapping[str, Glance]", release: str
) -> Iterator[Any]:
    manifest = orjson.loads(manifest_path().read_bytes())
    translator = Translator()
    for result in results:
        if result.unique_id.startswith("test."):
            key = get_asset_check_key_for_test(manifest, translator, result.unique_id, None)
            if key in context.selected_asset_check_keys:
                is_warning = result.status == "warn"
                yield dg.AssetCheckResult(
                    asset_key=key.asset_key,
                    check_name=key.name,
                    passed=result.status == "pass",
                    severity=dg.AssetCheckSeverity.WARN if is_warning else dg.AssetCheckSeverity.ERROR,
                    metadata={"message": result.message, "failures": result.failures or 0},
                )
        elif result.status == "success":
            key = translator.get_asset_key(manifest["nodes"][result.unique_id])
            if key in context.selected_asset_keys:
                metadata: dict[str, Any] = {"seconds": round(result.seconds, 3)}
                if glance := shown.get(".".join(key.path)):
                    metadata |= _metadata(glance) | {"release": release}
                yield dg.MaterializeResult(asset_key=key, metadata=metadata)


def _metadata(glance: "Glance") -> dict[str, Any]:
    rows_count, first, last = glance.extent
    return {
        "dagster/row_count": rows_count,
        "first": str(first),
        "last": str(last),
        "newest_known_at": str(glance.newest),
        **({"plot": dg.MetadataValue.md(glance.plot)} if glance.plot else {}),
    }


defs = dg.Definitions(assets=[warehouse])
