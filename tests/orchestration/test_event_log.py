"""Our event log holds of the same events what Dagster's own holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.events.log import EventLogEntry

from orchestration.event_log import BatchingSqliteEventLog

STOCK = "0"
DAYS = dg.DailyPartitionsDefinition("2026-02-01", end_date="2026-03-01")


@dg.asset(partitions_def=DAYS, backfill_policy=dg.BackfillPolicy.single_run(), tags={"kind": "raw"})
def landed() -> Any:
    return dg.MaterializeResult(metadata={"rows": 24}, tags={"source": "exchange"})


@dg.asset(
    deps=[landed], check_specs=[dg.AssetCheckSpec("first", asset="built"), dg.AssetCheckSpec("second", asset="built")]
)
def built() -> Iterator[Any]:
    good, bad = (dg.AssetCheckResult(check_name=name, passed=name == "first") for name in ("first", "second"))
    yield dg.MaterializeResult(check_results=[good, bad])


def _stored(home: Path, monkeypatch: pytest.MonkeyPatch, batch: str) -> dict[str, Any]:
    home.mkdir()
    ours = (
        "event_log_storage:\n  module: orchestration.event_log\n"
        "  class: BatchingSqliteEventLog\n  config: {home: {env: DAGSTER_HOME}}\n"
    )
    (home / "dagster.yaml").write_text(f"telemetry: {{enabled: false}}\n{ours if batch != STOCK else ''}")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", batch)
    days = {"dagster/asset_partition_range_start": "2026-02-03", "dagster/asset_partition_range_end": "2026-02-12"}
    with dg.DagsterInstance.get() as instance:
        result = dg.materialize([landed, built], instance=instance, tags=days)
        logged = [e for e in instance.all_logs(result.run_id) if e.dagster_event]
        checks = instance.event_log_storage.get_asset_check_execution_history(
            dg.AssetCheckKey(built.key, "second"), limit=50
        )
        return {
            "by_type": sorted(e.get_dagster_event().event_type_value for e in logged),
            "days": instance.get_materialized_partitions(landed.key),
            "records": [
                (
                    r.partition_key,
                    r.asset_materialization.metadata["rows"].value,
                    dict(r.asset_materialization.tags or {}),
                )
                for r in instance.fetch_materializations(landed.key, limit=20).records
                if r.asset_materialization
            ],
            "latest": instance.get_latest_materialization_event(built.key) is not None,
            "checks": sorted(str(check.status) for check in checks),
            "runs": [str(run.status) for run in instance.get_runs()],
        }


def test_it_stores_what_the_stock_log_stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stock = _stored(tmp_path / "stock", monkeypatch, STOCK)
    singly = _stored(tmp_path / "singly", monkeypatch, "1")
    batched = _stored(tmp_path / "batched", monkeypatch, "500")
    for stored in (stock, singly, batched):
        stored["records"] = [(day, rows, {"source": tags["source"]}) for day, rows, tags in sorted(stored["records"])]
    assert len(stock["days"]) == 10
    assert "AssetCheckExecutionRecordStatus.FAILED" in stock["checks"]
    assert singly == stock
    assert batched == stock


def test_a_log_that_another_process_wiped_is_written_anew(tmp_path: Path) -> None:
    ours, others = (BatchingSqliteEventLog(str(tmp_path)) for _ in range(2))
    event = EventLogEntry(None, "debug", "said", "run", 0.0)
    ours.store_event(event)
    others.wipe()
    assert list(ours.get_logs_for_run("run")) == []
    ours.store_event(event)
    assert len(others.get_logs_for_run("run")) == 1
