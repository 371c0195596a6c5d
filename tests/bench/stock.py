"""The same job as most people would wire it: dbt as a streamed sub-process, and (or not) one process per step.

Only for comparison (goals G1, G2). Run as a program: `python -m tests.bench.stock multiprocess|in_process FIRST LAST`.
"""

# Dagster reads the annotations of asset functions, so they are not postponed here.
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource, dbt_assets

from ingestion.contract import Dataset, load_contracts
from ingestion.ingest import ingest
from ingestion.landing import write_empty
from ingestion.settings import Settings
from ingestion.windows import Window
from orchestration import landing_log
from orchestration.defs import publish, raw, resources
from orchestration.defs.resources import RunScope
from orchestration.defs.warehouse import Translator
from orchestration.manifest import DBT_PROJECT, manifest_path
from orchestration.run_scope import tags_of, window_of
from orchestration.warehouse import DATABASE, WarehouseBuild
from tests.bench import unpaced  # noqa: F401  takes the pace away, as from ours


@dbt_assets(manifest=manifest_path(), dagster_dbt_translator=Translator(), name="dbt_build")
def streamed(context: dg.AssetExecutionContext, scope: RunScope, dbt: DbtCliResource) -> Iterator[Any]:
    places = scope.places
    path = places.warehouse / context.run.run_id / DATABASE
    path.parent.mkdir(parents=True)
    for dataset in load_contracts():
        write_empty(places.raw, dataset)
    as_of = scope.now()
    os.environ |= {
        "UNWIND_WAREHOUSE": str(path),
        "UNWIND_AS_OF": f"{as_of:%Y-%m-%d %H:%M:%S.%f}",
    }
    yield from dbt.cli(["build", "--exclude-resource-type", "unit_test"], context=context).stream()
    WarehouseBuild(context.run.run_id, as_of, path, manifest_path(), {}, "stock").save()


def landed(dataset: Dataset) -> dg.AssetsDefinition:
    """One asset and one step a dataset."""
    key = dg.AssetKey(["raw", dataset.source, dataset.name])

    @dg.asset(
        key=key,
        partitions_def=raw.UTC_DAYS,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[dg.AssetCheckSpec("readable", asset=key, blocking=True), dg.AssetCheckSpec("complete", asset=key)],
    )
    def land(context: dg.AssetExecutionContext, scope: RunScope) -> Iterator[Any]:
        with scope.client() as client:
            report = ingest(dataset, window_of(context.run.tags, scope.now().date()), client, scope.places)
            landing = landing_log.save(report, context.run.run_id, client.now, scope.places)
        yield dg.MaterializeResult(asset_key=key, check_results=list(raw.landing_checks(key, landing)))

    return land


def project(settings: Settings) -> Path:
    """A copy of the project where its own dbt process finds the raw files: it starts in the project's folder."""
    copy = settings.data_dir / "project"
    if not copy.exists():
        shutil.copytree(DBT_PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
        (copy / "raw").symlink_to(settings.data_dir / "raw", target_is_directory=True)
    return copy


def job(executor: dg.ExecutorDefinition) -> dg.JobDefinition:
    asked = Settings()
    copy = str(project(asked))
    together = dg.Definitions.merge(
        resources.defs,
        publish.defs,
        dg.Definitions(
            assets=[streamed, *(landed(dataset) for dataset in load_contracts() if not asked.not_asked(dataset))],
            resources={
                "dbt": DbtCliResource(
                    project_dir=copy,
                    profiles_dir=copy,
                    dbt_executable=str(Path(sys.executable).with_name("dbt")),
                )
            },
            jobs=[dg.define_asset_job("stock", selection=dg.AssetSelection.all(), executor_def=executor)],
        ),
    )
    return together.resolve_job_def("stock")


def multiprocess() -> dg.JobDefinition:
    return job(dg.multiprocess_executor)


def in_process() -> dg.JobDefinition:
    return job(dg.in_process_executor)


if __name__ == "__main__":
    from datetime import date

    window = Window(date.fromisoformat(sys.argv[2]), date.fromisoformat(sys.argv[3]))
    Path(os.environ["DAGSTER_HOME"]).mkdir(parents=True, exist_ok=True)
    with dg.DagsterInstance.get() as instance:
        made = dg.reconstructable({"multiprocess": multiprocess, "in_process": in_process}[sys.argv[1]])
        with dg.execute_job(made, instance=instance, tags=tags_of(window)) as result:
            sys.exit(0 if result.success else 1)
