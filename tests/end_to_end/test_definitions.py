"""Dagster's definitions load anywhere, cheaply and without asking anybody, and tell all a reader of the UI needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.contract import TOPICS, load_contracts
from tests.end_to_end.children import BIN, PROJECT, Machine

pytestmark = pytest.mark.xdist_group("definitions")
HEAVY = ("great_expectations", "pandas", "scipy", "polars", "pyarrow", "duckdb", "sqlalchemy", "dbt.cli")
# Run by a child without settings and without a network; prints what it found.
LOAD = """
import json, sys, time
import dagster
started = time.process_time()
from orchestration.definitions import defs
cpu_seconds = time.process_time() - started
loaded = [name for name in sys.argv[1].split(",") if name in sys.modules]
graph = defs.resolve_asset_graph()
nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
checks = {}
for key in graph.asset_check_keys:
    checks.setdefault(key.asset_key.to_user_string(), []).append(key.name)
print(json.dumps({
    "cpu_seconds": cpu_seconds,
    "loaded": loaded,
    "assets": {
        node.key.to_user_string(): {
            "group": node.group_name, "owners": list(node.owners), "kinds": sorted(node.kinds),
            "description": node.description, "checks": sorted(checks.get(node.key.to_user_string(), [])),
            "upstream": sorted(key.to_user_string() for key in node.parent_keys),
            "is_partitioned": node.partitions_def is not None,
        } for node in nodes
    },
    "schedules": {s.name: [s.cron_schedule, s.execution_timezone, s.description] for s in defs.schedules},
    "jobs": [job.name for job in defs.jobs],
    "sensors": {s.name: s.description for s in defs.sensors},
}))
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("definitions"))


@pytest.fixture(scope="module")
def loaded(machine: Machine, parsed_project: Path) -> dict[str, Any]:
    """What a child process found that loaded the definitions and did nothing else."""
    child = machine.run(BIN / "python", "-W", "ignore", "-c", LOAD, ",".join(HEAVY))
    assert child.returncode == 0, child.stderr
    found: dict[str, Any] = json.loads(child.stdout)
    return found


def test_loading_asks_nobody_and_writes_nothing(loaded: dict[str, Any], machine: Machine) -> None:
    assert machine.hosts_sought() == []
    assert not machine.data.exists()


def test_loading_is_cheap(loaded: dict[str, Any]) -> None:
    assert loaded["loaded"] == []
    assert loaded["cpu_seconds"] < 5


def test_every_contract_has_its_raw_asset(loaded: dict[str, Any]) -> None:
    raw = {name: asset for name, asset in loaded["assets"].items() if name.startswith("raw/")}
    assert set(raw) == {f"raw/{dataset.key}" for dataset in load_contracts()}
    for dataset in load_contracts():
        asset = raw[f"raw/{dataset.key}"]
        assert asset["group"] == dataset.topic
        assert asset["description"] == dataset.description
        assert asset["is_partitioned"]
        assert {"complete", "readable"} <= set(asset["checks"])


def test_every_asset_has_a_description_an_owner_a_kind_and_a_known_group(loaded: dict[str, Any]) -> None:
    lacking = [
        (name, what)
        for name, asset in loaded["assets"].items()
        for what in ("description", "owners", "kinds")
        if not asset[what]
    ]
    assert lacking == []
    groups = {asset["group"] for asset in loaded["assets"].values()}
    assert groups <= {*TOPICS, "staging", "release"}
    marts = {name: asset for name, asset in loaded["assets"].items() if name.startswith("marts/")}
    assert len(marts) == len(list((PROJECT / "dbt_project" / "models" / "marts").glob("*/*.sql")))
    assert all(asset["group"] in TOPICS for asset in marts.values())


def test_every_mart_is_checked_and_comes_from_raw(loaded: dict[str, Any]) -> None:
    assets = loaded["assets"]
    for name in assets:
        if name.startswith(("marts/", "vintages/")):
            assert assets[name]["checks"], name
            # Figures that were quoted singly stand in a seed; everything else comes from a source.
            origin = "seeds/" if name == "marts/dim_quoted_figure" else "raw/"
            assert any(parent.startswith(origin) for parent in _ancestors(name, assets)), name
    assert any(parent.startswith("marts/") for parent in assets["release/candidate"]["upstream"])
    assert assets["release/published"]["upstream"] == ["release/candidate"]


def test_every_source_has_its_time_by_the_clock_it_lives_by(loaded: dict[str, Any]) -> None:
    assert set(loaded["jobs"]) == {"release", "landing", "refresh", "snapshots", "blocks", "close", "funds"}
    zones = {name: zone for name, (_, zone, _) in loaded["schedules"].items()}
    assert zones == {
        "daily": "UTC",
        "hourly": "UTC",
        "quarter_hourly": "UTC",
        "ten_minutes": "UTC",
        "new_york_close": "America/New_York",
        "new_york_morning": "America/New_York",
    }
    for cron, _, description in loaded["schedules"].values():
        assert len(cron.split()) == 5
        assert description
    assert set(loaded["sensors"]) == {"repair", "alerts", "old_runs"}
    assert all(loaded["sensors"].values())


def test_dagsters_own_check_passes(machine: Machine, parsed_project: Path) -> None:
    # `dg` takes the project from the folder it is called in.
    child = machine.run("sh", "-c", f"cd {PROJECT} && exec {BIN}/dg check defs")
    assert child.returncode == 0, child.stdout + child.stderr
    assert machine.hosts_sought() == []


def _ancestors(name: str, assets: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for parent in assets.get(waiting.pop(), {"upstream": []})["upstream"]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found
