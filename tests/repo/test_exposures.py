"""Exposures name what readers of the marts really read. That they cost a build nothing: test_warehouse.py."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from ingestion.settings import PROJECT
from orchestration.manifest import manifest_path

ORCHESTRATION = PROJECT / "orchestration"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return dict(orjson.loads(manifest_path().read_bytes()))


@pytest.fixture(scope="module")
def read_by(manifest: dict[str, Any]) -> dict[str, set[str]]:
    """The tables that each exposure says it reads."""
    return {
        node["name"]: {unique_id.rpartition(".")[2] for unique_id in node["depends_on"]["nodes"]}
        for node in manifest["exposures"].values()
    }


def test_every_exposure_reads_published_tables_only(manifest: dict[str, Any], read_by: dict[str, set[str]]) -> None:
    assert set(read_by) == {"brief", "quality_page", "bi_dashboards"}
    for node in manifest["exposures"].values():
        upstream = [manifest["nodes"][unique_id] for unique_id in node["depends_on"]["nodes"]]
        assert {parent["schema"] for parent in upstream} <= {"marts", "vintages"}
        assert len(upstream) == len(node["refs"]) > 0, node["name"]


def test_the_quality_page_reads_every_table_with_rules(read_by: dict[str, set[str]]) -> None:
    judged = {path.stem.rpartition(".")[2] for path in (ORCHESTRATION / "expectations").glob("*.yml")}
    assert read_by["quality_page"] == judged


def test_the_brief_reads_no_mart_that_its_exposure_leaves_out(
    manifest: dict[str, Any], read_by: dict[str, set[str]]
) -> None:
    models = {node["name"] for node in manifest["nodes"].values() if node["schema"] == "marts"}
    sources = "".join(path.read_text() for path in sorted((ORCHESTRATION / "brief").rglob("*.py")))
    assert set(re.findall(r"\b(?:fct|dim)_\w+", sources)) & models <= read_by["brief"]


def test_dashboards_are_told_of_what_their_guide_draws(read_by: dict[str, set[str]]) -> None:
    guide = (PROJECT / "docs" / "bi.md").read_text()
    assert read_by["bi_dashboards"] <= set(re.findall(r"\bfct_\w+", guide))
