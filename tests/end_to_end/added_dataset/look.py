"""Run in the copy of the project: lands the added dataset through Dagster, builds its view, and prints what follows."""

from __future__ import annotations

import json
import os
from datetime import date, datetime

import dagster as dg
import duckdb
from dbt.cli.main import dbtRunner

import ingestion.contract
from ingestion.contract import find, load_contracts
from ingestion.landing import write_empty
from ingestion.places import Places
from ingestion.settings import Settings
from ingestion.windows import Window
from orchestration import definitions, landing_log, manifest
from orchestration.dbt_connections import close_dbt_connections
from orchestration.facts_of_run import gather
from orchestration.run_job import RELEASE
from orchestration.run_scope import tags_of
from orchestration.warehouse import WarehouseBuild

KEY = dg.AssetKey(["raw", "alternative_me", "fear_and_greed"])
dataset, places = find("alternative_me/fear_and_greed"), Places(Settings().data_dir)
window = Window(date(2026, 2, 2), date(2026, 2, 5))
warehouse = places.data_dir / "warehouse.duckdb"

job = definitions.defs.resolve_job_def(RELEASE)
quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
result = job.execute_in_process(asset_selection=[KEY], tags=tags_of(window), run_config=quiet, raise_on_error=False)
landing = landing_log.load(dataset, places)
assert landing

os.environ |= {"UNWIND_WAREHOUSE": str(warehouse)}
os.chdir(places.home)  # models name raw files by a path from here
project = ["--project-dir", str(manifest.DBT_PROJECT), "--profiles-dir", str(manifest.DBT_PROJECT), "--quiet"]
model = "stg_alternative_me__fear_and_greed"
built = dbtRunner().invoke(["build", *project, "--log-path", str(places.data_dir), "--select", model])
close_dbt_connections()
with duckdb.connect(str(warehouse)) as connection:
    view = connection.execute(
        f"select observed_date, mood_index, provenance from staging.{model} order by 1"
    ).fetchall()

for other in load_contracts():
    write_empty(places.raw, other)
node = definitions.defs.resolve_asset_graph().get(KEY)
facts = gather(
    places,
    WarehouseBuild("run", datetime(2026, 2, 6, 12), warehouse, manifest.manifest_path(), {}, ""),
    window,
    "release",
)
print(
    json.dumps(
        {
            "code": [module.__file__ for module in (ingestion.contract, definitions, manifest)],
            "group": node.group_name,
            "description": node.description,
            "upstream_of": sorted(key.to_user_string() for key in node.child_keys),
            "checks": {check.check_name: check.passed for check in result.get_asset_check_evaluations()},
            "rows": landing.rows,
            "quarantined": landing.quarantined,
            "missing_days": landing.missing_days,
            "dbt_succeeded": built.success,
            "view": view,
            "licences": [fact.licence for fact in facts.licences if fact.dataset == dataset.name],
            "freshness": [fact.rows_count for fact in facts.datasets if fact.dataset == dataset.name],
            "captures": [fact.url for fact in facts.captures if fact.dataset == dataset.name],
        },
        default=str,
    )
)
